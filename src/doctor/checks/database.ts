import { EMBEDDED, type StageAddress } from '../../jobs/addresses.ts';
import { failure, ok, type Check, type Subject } from '../check.ts';

/** The login of the database whose pipelines load the Stage: it is asked for one row. */
export const database: Check = {
  name: 'database',
  concerns: (subject) => hasLogin(subject) || subject.database !== undefined,
  async examine(subject, signal) {
    const { around, database: named } = subject;
    const { reachDatabase } = await import('../../jobs/load/reach-database.ts');
    const { resolveSqlSettings } = await import('../../jobs/load/sql-settings.ts');
    const address = stageOf(subject);
    const isLocal = address.deployment === EMBEDDED;
    const usual = isLocal ? undefined : resolveSqlSettings(around).database;
    // the login is that of the workspace: which database is meant matters only where one is named
    const wanted = named ?? usual ?? 'information_schema';
    // a diagnosis wakes no workspace: that would cost credits
    const sql = { ...around.authority.sql, resume: undefined };
    const asleep = { ...around, authority: { ...around.authority, sql } };
    const ways = reachDatabase(asleep, { address, database: wanted });
    try {
      const api = await ways.open();
      const statement = { sql: 'SELECT 1 AS ONE', database: wanted, what: 'be asked for a row' };
      await api.rows(statement, { signal });
      return ok(
        `${api.host} takes the login${named === undefined && usual === undefined ? '' : ` and has ${wanted}`}`,
      );
    } catch (error) {
      signal.throwIfAborted();
      return failure(error);
    } finally {
      await ways.close();
    }
  },
};

function hasLogin({ around: { authority, environment } }: Subject): boolean {
  const { endpoint, user, passwordFile, passwordSource } = authority.sql ?? {};
  const { url, host, user: usual, password } = environment.sql;
  return [endpoint, user, passwordFile, passwordSource, url, host, usual, password].some(
    (each) => each !== undefined,
  );
}

const stageOf = ({ places }: Subject): Pick<StageAddress, 'deployment'> =>
  places.find((place) => place.kind === 'stage') ?? { deployment: undefined };
