import type { Reply } from '../http/exchange.ts';
import type { ToldError } from './database-errors.ts';

/** A value of a column, as JSON has it: numbers too long for a double, and decimals, come as text from some servers. */
export type SqlValue = string | number | boolean | null | object;

/** A row by the names of its columns, in capitals, so that nobody depends on how a server writes them. */
export type Row = Readonly<Record<string, SqlValue>>;

export interface Executed {
  readonly rowsAffected: number;
  readonly lastInsertId: number;
}

export interface Column {
  readonly name: string;
  readonly dataType: string;
}

export interface Tuples {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** A reply whose text is not what was promised; the message ends the sentence "a reply that …". */
export class UnreadableReply extends Error {}

/** The body of a reply of success. Throws UnreadableReply. */
export function bodyOf({ body }: Reply): object {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new UnreadableReply('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UnreadableReply('is not a JSON object');
  return value;
}

/** The error that a refusal tells: as plain text, or as JSON. */
export function errorInRefusal({ status, body }: Reply): ToldError {
  const text = body.toString('utf8').trim();
  if (text.startsWith('{')) {
    try {
      const told = errorIn(JSON.parse(text) as object, status);
      if (told !== undefined) return told;
    } catch {
      // it is shown as it is
    }
  }
  return { status, code: numberIn(text), text };
}

/** The error that stands in a reply, also in one of success. */
export function errorIn(body: object, status = 200): ToldError | undefined {
  const { error } = body as { readonly error?: unknown };
  if (error === undefined || error === null) return undefined;
  if (typeof error === 'string') return { status, code: numberIn(error), text: error };
  if (typeof error !== 'object') return { status, code: undefined, text: '' };
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const text = typeof message === 'string' ? message : '';
  // zero is no error of MySQL's; the text may have the number
  const number = Number.isSafeInteger(Number(code)) && Number(code) > 0 ? Number(code) : numberIn(text);
  return { status, code: number, text };
}

/** 'Error 1049: …', 'ERROR 1049 (42000): …' and 'ER_BAD_DB_ERROR (1049)' */
function numberIn(text: string): number | undefined {
  const [, first, second] =
    /^(?:.{0,80}?\berror:? (\d{4})\b|.{0,80}?\bER_[A-Z_]+ \((\d{4})\))/i.exec(text) ?? [];
  const digits = first ?? second;
  return digits === undefined ? undefined : Number(digits);
}

/** Throws UnreadableReply. */
export function rowsIn(body: object): Row[] {
  const { results } = body as { readonly results?: unknown };
  if (!Array.isArray(results)) throw new UnreadableReply('has no results');
  const { rows } = (results[0] ?? { rows: [] }) as { readonly rows?: unknown };
  if (rows === null || rows === undefined) return [];
  if (!Array.isArray(rows)) throw new UnreadableReply('has results without rows');
  return rows.map((row: unknown) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new UnreadableReply('has a row that is no object');
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name.toUpperCase(), value as SqlValue]),
    );
  });
}

/** Throws UnreadableReply. */
export function tuplesIn(body: object): Tuples {
  const { results } = body as { readonly results?: unknown };
  if (!Array.isArray(results)) throw new UnreadableReply('has no results');
  const { columns, rows } = (results[0] ?? {}) as { readonly columns?: unknown; readonly rows?: unknown };
  if (!Array.isArray(columns ?? []) || !Array.isArray(rows ?? []))
    throw new UnreadableReply('has results without rows');
  return {
    columns: ((columns ?? []) as Partial<Column>[]).map(({ name, dataType }) => ({
      name: name ?? '',
      dataType: dataType ?? '',
    })),
    rows: (rows ?? []) as SqlValue[][],
  };
}

export function executedIn(body: object): Executed {
  const { rowsAffected, lastInsertId } = body as Partial<Record<keyof Executed, unknown>>;
  return { rowsAffected: count(rowsAffected), lastInsertId: count(lastInsertId) };
}

const count = (value: unknown): number => (Number.isSafeInteger(Number(value)) ? Number(value) : 0);
