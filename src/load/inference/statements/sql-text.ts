import { printable } from '../../../model/printable.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  "'": "''",
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
};

/** A text as SQL has it. */
export const sqlText = (text: string): string =>
  `'${text.replaceAll(/['\\\n\r\t\0]/g, (character) => ESCAPES[character] ?? character)}'`;

/** A name as SQL has it. */
export const sqlName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** A comment to the end of its line. */
export const sqlComment = (text: string): string => `-- ${printable(text)}`;
