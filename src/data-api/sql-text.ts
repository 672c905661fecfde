/** A name as a statement has it: in backticks. */
export const identifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\u{1a}': '\\Z',
  '\\': '\\\\',
  "'": "''",
};

// eslint-disable-next-line no-control-regex -- naming control characters is the point
const ESCAPED = /[\0\t\n\r\u{1a}\\']/gu;

/** A text as a statement has it where it cannot be an argument: in quotes, with MySQL's escapes. */
export const textLiteral = (text: string): string =>
  `'${text.replaceAll(ESCAPED, (character) => ESCAPES[character] ?? character)}'`;
