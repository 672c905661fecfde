import type { DataApi } from '../data-api/data-api.ts';
import { isSyncError, SyncError } from '../model/errors.ts';
import { nearestWord } from '../model/names/nearest-word.ts';
import type { CallOptions } from '../model/ports.ts';
import { printable } from '../model/printable.ts';
import { text } from './file-states.ts';

/** Names in one message. */
const MOST_NAMES = 5;

/** 'there are: orders, returns, …', the one most like the wrong name first; 'there is none'. */
export function namesThere(wrong: string, known: readonly string[]): string {
  if (known.length === 0) return 'there is none';
  const nearest = nearestWord(wrong, known);
  const sorted = nearest === undefined ? known : [nearest, ...known.filter((name) => name !== nearest)];
  const names = sorted.slice(0, MOST_NAMES).map(printable).join(', ');
  return `there are: ${names}${known.length > MOST_NAMES ? ', …' : ''}`;
}

/**
 * The error of a statement, which names the databases that there are where the one that was meant is not there. What the question
 * for them fails with is nobody's matter.
 */
export async function withKnownDatabases(
  failure: unknown,
  api: Pick<DataApi, 'rows'>,
  { database, ...call }: CallOptions & { readonly database: string },
): Promise<unknown> {
  if (!isSyncError(failure) || failure.code !== 'database_missing') return failure;
  const statement = {
    sql: 'SELECT SCHEMA_NAME FROM information_schema.SCHEMATA',
    what: 'name its databases',
  };
  const rows = await api.rows(statement, call).catch(() => undefined);
  if (rows === undefined) return failure;
  const known = rows
    .map((row) => text(row['SCHEMA_NAME']) ?? '')
    .filter((name) => !/^(?:information_schema|memsql|cluster|mysql)$/i.test(name));
  if (known.some((name) => name.toLowerCase() === database.toLowerCase())) return failure;
  const { verdict, fact, operation, details } = failure;
  return new SyncError(
    'database_missing',
    `There is no database ${printable(database)}; ${namesThere(database, known)}. Check --load-database, "database" of the job, or SINGLESTOREDB_DATABASE.`,
    { verdict, fact, operation, details, cause: failure },
  );
}
