import { syntaxError } from '../sql-error.ts';
import { tokensOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/** A name with the database it is in; undefined: the one that the request names. */
export interface QualifiedName {
  readonly database: string | undefined;
  readonly name: string;
}

/** Reads the tokens of one statement from left to right. Methods that begin with `expect` throw a syntax error. */
export class TokenReader {
  readonly sql: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(sql: string, tokens: readonly Token[] = tokensOf(sql)) {
    this.sql = sql;
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.error();
    this.#at++;
    return token;
  }

  /** Whether these keywords, or symbols, come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, ahead) => isWord(this.peek(ahead), word));
  }

  /** Takes these keywords or symbols when they all come next. */
  take(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#at += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    if (!this.take(...words)) throw this.error(words.join(' '));
  }

  /** Of several keywords the one that comes next. */
  expectOneOf<T extends string>(...words: readonly T[]): T {
    const found = words.find((word) => this.take(word));
    if (found === undefined) throw this.error(words.join(', '));
    return found;
  }

  expectName(): string {
    const token = this.next();
    if (token.kind === 'word' || token.kind === 'name') return token.text;
    this.#at--;
    throw this.error('a name');
  }

  expectQualifiedName(): QualifiedName {
    const first = this.expectName();
    if (!this.take('.')) return { database: undefined, name: first };
    return { database: first, name: this.expectName() };
  }

  expectString(): string {
    const token = this.next();
    if (token.kind === 'string') return token.text;
    this.#at--;
    throw this.error('a string');
  }

  /** A whole number, not negative. */
  expectNumber(): number {
    const token = this.next();
    if (token.kind === 'number' && /^\d+$/.test(token.text)) return Number(token.text);
    this.#at--;
    throw this.error('a number');
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw this.error('the end of the statement');
  }

  /** What is between parentheses, the first of which comes next; they are balanced. */
  takeParenthesised(): readonly Token[] {
    this.expect('(');
    const tokens = this.takeUntil((token) => token.text === ')' && token.kind === 'symbol');
    this.expect(')');
    return tokens;
  }

  /** Up to a token that is not within parentheses and fits, or to the end. */
  takeUntil(fits: (token: Token, reader: TokenReader) => boolean): readonly Token[] {
    const from = this.#at;
    for (let depth = 0; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at]!;
      if (depth === 0 && fits(token, this)) break;
      if (token.kind !== 'symbol') continue;
      if (token.text === '(') depth++;
      if (token.text === ')') depth--;
    }
    return this.#tokens.slice(from, this.#at);
  }

  error(expected?: string): Error {
    const token = this.peek();
    const found =
      token === undefined ? 'it ends too early' : `near '${this.sql.slice(token.start, token.start + 40)}'`;
    return syntaxError(expected === undefined ? found : `${found} (expected: ${expected})`);
  }
}

function isWord(token: Token | undefined, word: string): boolean {
  if (token === undefined || (token.kind !== 'word' && token.kind !== 'symbol')) return false;
  return token.text.toUpperCase() === word.toUpperCase();
}
