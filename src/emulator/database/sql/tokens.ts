import { unescaped } from '../escapes.ts';
import { syntaxError } from '../sql-error.ts';

/**
 * `word`: a name or keyword that is not quoted; `name`: one within backticks; `variable`: `@x`; `system`: `@@x`;
 * `placeholder`: `?`.
 */
export type TokenKind =
  'word' | 'name' | 'string' | 'number' | 'variable' | 'system' | 'placeholder' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  /** What is meant: without quotes, with escapes replaced, variables without their `@`. */
  readonly text: string;
  /** Where it is in the statement, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const PIECES = [
  /(?<space>\s+|--(?=\s|$)[^\n]*|#[^\n]*|\/\*[^]*?\*\/)/,
  /(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)/,
  /(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/,
  /(?<system>@@(?:(?:session|global)\.)?\w+)/,
  /(?<variable>@(?:\w+|`[^`]+`))/,
  /(?<name>`(?:[^`]|``)+`)/,
  /(?<string>'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*")/,
  /(?<placeholder>\?)/,
  /(?<symbol><=>|<=|>=|<>|!=|\|\||&&|::|:>|[-+*/%(),.;=<>!:$^&|~[\]{}])/,
];
const TOKEN = new RegExp(PIECES.map(({ source }) => source).join('|'), 'iuy');

/** The tokens of a statement, without comments. Throws where something is none, such as a string that does not end. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length;) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(sql)?.groups;
    if (groups === undefined) throw syntaxError(`near '${sql.slice(at, at + 40)}'`);
    const end = TOKEN.lastIndex;
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? 'space';
    const text = sql.slice(at, end);
    if (kind !== 'space')
      tokens.push({ kind: kind as TokenKind, text: meaningOf(kind as TokenKind, text), start: at, end });
    at = end;
  }
  return tokens;
}

function meaningOf(kind: TokenKind, text: string): string {
  if (kind === 'name') return text.slice(1, -1).replaceAll('``', '`');
  if (kind === 'variable') return text.slice(1).replaceAll('`', '');
  if (kind === 'system') return text.replace(/^@@(?:session\.|global\.)?/i, '');
  if (kind !== 'string') return text;
  const quote = text.charAt(0);
  return text
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replaceAll(/\\([^])/gu, inText);
}

/** '%' and '_' are kept with their backslash: they mean something in a pattern of LIKE only. */
const inText = (escape: string, letter: string): string =>
  letter === '%' || letter === '_' ? escape : unescaped(letter);
