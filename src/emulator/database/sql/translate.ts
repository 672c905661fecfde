import { SqlError, syntaxError } from '../sql-error.ts';
import { sqliteName, sqliteText } from '../tables/table.ts';
import type { Expression } from './statements.ts';
import type { Token } from './tokens.ts';

export interface Names {
  /** Whether the database has a table of that name: then `database.table` is one. */
  readonly isTable: (database: string, table: string) => boolean;
  /** How a name stands for a value that is bound, such as a variable: undefined for those that do not. */
  readonly bound?: (kind: 'variable' | 'column', name: string) => string | undefined;
}

const INFORMATION_SCHEMA = 'information_schema';

/** How the views are named in SQLite. */
export const viewId = (view: string): string => sqliteName(`${INFORMATION_SCHEMA}.${view.toUpperCase()}`);

/** Words of MySQL that SQLite has under another name. */
const WORDS: Readonly<Record<string, string>> = { RLIKE: 'REGEXP', VALUE: 'VALUES' };
const SYMBOLS: Readonly<Record<string, string>> = { '<=>': 'IS', '&&': 'AND', '||': 'OR' };

/** What MySQL's text means, as text for SQLite. */
export function translate(tokens: Expression, names: Names): string {
  const words: string[] = [];
  for (let at = 0; at < tokens.length;) {
    const [text, taken] = translateAt(tokens, at, names);
    words.push(text);
    at += taken;
  }
  return words.join(' ');
}

function translateAt(tokens: Expression, at: number, names: Names): [text: string, taken: number] {
  const token = tokens[at]!;
  if (token.kind === 'symbol' && token.text === '::') return jsonPath(tokens, at);
  if (token.kind === 'symbol' && token.text === ';')
    throw syntaxError('one statement is carried out at a time');
  if (isName(token) && tokens[at + 1]?.text === '.' && isName(tokens[at + 2])) {
    const qualified = qualifiedTable(token.text, tokens[at + 2]!.text, names);
    if (qualified !== undefined && tokens[at - 1]?.text !== '.') return [qualified, 3];
  }
  return [translateToken(token, tokens[at + 1], tokens[at - 1], names), 1];
}

function qualifiedTable(database: string, name: string, { isTable }: Names): string | undefined {
  if (database.toLowerCase() === INFORMATION_SCHEMA) return viewId(name);
  return isTable(database, name) ? sqliteName(`${database}.${name}`) : undefined;
}

/** `a::b` is JSON, `a::$b` is text, `a::%b` is a number. */
function jsonPath(tokens: Expression, at: number): [text: string, taken: number] {
  const mark = tokens[at + 1]?.text;
  const isMarked = mark === '$' || mark === '%';
  const key = tokens[at + (isMarked ? 2 : 1)];
  if (key === undefined || key.kind === 'symbol') throw syntaxError("'::' needs a name after it");
  const path = `$.${JSON.stringify(key.text)}`;
  return [`${isMarked ? '->>' : '->'} ${sqliteText(path)}`, isMarked ? 3 : 2];
}

function translateToken(
  token: Token,
  after: Token | undefined,
  before: Token | undefined,
  names: Names,
): string {
  const { kind, text } = token;
  switch (kind) {
    case 'string':
      return sqliteText(text);
    case 'name':
      return boundColumn(token, after, before, names) ?? sqliteName(text);
    case 'variable': {
      const bound = names.bound?.('variable', text);
      if (bound === undefined) throw new SqlError(1193, `Unknown variable '@${text}'`);
      return bound;
    }
    case 'system':
      throw new SqlError(1235, `the embedded database knows @@${text} in a SELECT without a table only`);
    case 'word':
      return boundColumn(token, after, before, names) ?? wordOf(text, after);
    case 'symbol':
      if (text === ':>') throw new SqlError(1235, 'the embedded database has no :> : CAST(… AS …)');
      return SYMBOLS[text] ?? text;
    default:
      // a number that SQLite would round stays as it is written
      return kind === 'number' && !isExact(text) ? sqliteText(text) : text;
  }
}

const isExact = (number: string): boolean =>
  /e/i.test(number) || number.replace('.', '').length <= (number.includes('.') ? 15 : 18);

function boundColumn(token: Token, after: Token | undefined, before: Token | undefined, names: Names) {
  if (after?.text === '(' || after?.text === '.' || before?.text === '.') return undefined;
  return names.bound?.('column', token.text);
}

function wordOf(text: string, after: Token | undefined): string {
  const upper = text.toUpperCase();
  if (upper === 'IF' && after?.text === '(') return 'iif';
  return WORDS[upper] ?? text;
}

const isName = (token: Token | undefined): boolean => token?.kind === 'word' || token?.kind === 'name';
