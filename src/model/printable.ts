/**
 * Controls steer terminals; separators break lines; format characters make one name look like another or hide; a lone
 * surrogate is not text. Joiners shape emoji and some scripts: between two visible characters beyond ASCII they stay.
 */
const UNPRINTABLE =
  /[[\p{C}\p{Zl}\p{Zp}]--[\u200c\u200d]]|[\u200c\u200d](?![\P{ASCII}--[\p{C}\p{Z}]])|(?<![\P{ASCII}--[\p{C}\p{Z}]])[\u200c\u200d]/gv;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text from outside, safe on a terminal and in a log, on one line: what it may not show becomes `\n` or `\u{1b}`. */
export const printable = (text: string): string => text.replaceAll(UNPRINTABLE, escaped);

const escaped = (character: string): string =>
  SHORT[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;

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
