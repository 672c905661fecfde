/**
 * C0, DEL and C1 controls steer terminals; line and paragraph separators break lines; bidirectional controls make one
 * name look like another; a lone surrogate is not text.
 */
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- naming control characters is the point
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Surrogate}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return SHORT[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');

/** `text` with everything escaped that could steer a terminal or pretend to be another line. */
export const printable = (text: string): string => text.replaceAll(UNSAFE, escaped);
