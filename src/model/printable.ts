// eslint-disable-next-line no-control-regex -- naming control characters is the point
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Text from outside, safe on a terminal and in a log: control, format and lone surrogate characters become \u{…}. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

/** At most `limit` characters of the text, on one line, printable; '' when there is nothing to see. */
export function excerpt(text: string, limit = 200): string {
  const line = printable(
    text
      .slice(0, limit * 4)
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}
