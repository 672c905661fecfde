import type { DataApi } from '../../../../data-api/data-api.ts';
import type { StageAddress } from '../../../../jobs/addresses.ts';
import { reachDatabase } from '../../../../jobs/load/reach-database.ts';
import type { Surroundings } from '../../../../jobs/surroundings.ts';
import { withKnownDatabases } from '../../../../load/known-names.ts';
import { SyncError } from '../../../../model/errors.ts';
import { printable } from '../../../../model/printable.ts';
import { startSql, type SqlTarget, type Statements } from './sql-script.ts';

export interface ApplyOptions {
  /** The Stage whose database is meant. */
  readonly address: StageAddress;
  readonly target: SqlTarget;
  readonly statements: Statements;
  /** Whether the pipeline starts. */
  readonly start: boolean;
  /** Hears what was done, in sentences. */
  readonly tell: (text: string) => void;
}

/**
 * Carries the statements out: the table first, then its pipeline. Rejects with the database's error; what was made before stays,
 * and the error says so.
 */
export async function applySql(
  around: Surroundings,
  { address, target, statements, start, tell }: ApplyOptions,
): Promise<void> {
  const reachable = reachDatabase(around, { address, database: target.database, tell });
  const { database } = reachable;
  const [table, pipeline] = [printable(target.table), printable(target.pipeline)];
  const made: string[] = [];
  const execute = async (api: DataApi, sql: string, what: string, done: string): Promise<void> => {
    try {
      await api.execute({ sql, database, what }, { signal: around.draining });
    } catch (error) {
      if (made.length > 0) throw withMade(error, made);
      throw await withKnownDatabases(error, api, { database, signal: around.draining });
    }
    made.push(done);
    tell(done);
  };
  try {
    const api = await reachable.open();
    await execute(
      api,
      statements.table,
      `make the table ${table}`,
      `made the table ${table} in ${printable(database)}`,
    );
    if (statements.pipeline === undefined) return;
    await execute(api, statements.pipeline, `make the pipeline ${pipeline}`, `made the pipeline ${pipeline}`);
    if (!start) return;
    await execute(
      api,
      startSql(target),
      `start the pipeline ${pipeline}`,
      `started the pipeline ${pipeline}`,
    );
  } finally {
    await reachable.close();
  }
}

/** The error of a later statement, which says what there is already. */
function withMade(error: unknown, made: readonly string[]): unknown {
  if (!(error instanceof SyncError)) return error;
  const { code, verdict, fact, operation, details, inDoubt, message } = error;
  return new SyncError(code, `${message} Before that: ${made.join('; ')}.`, {
    verdict,
    fact,
    operation,
    details,
    inDoubt,
    cause: error,
  });
}
