import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fixedSecret, type SqlCredentials } from '../../data-api/credentials.ts';
import { parseEndpoint } from '../../data-api/endpoint.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { configError, unreadableFile } from '../usage-errors.ts';
import { readSqlUrl } from './sql-url.ts';

/** How to reach a database, and as whom: what the authority says, then SINGLESTOREDB_URL, then single variables. */
export interface SqlSettings {
  /** Undefined: that of the workspace of the deployment. */
  readonly endpoint: URL | undefined;
  readonly credentials: SqlCredentials;
  /** The database that is meant where nobody names one. */
  readonly database: string | undefined;
  readonly allowInsecure: boolean;
}

/**
 * Rejects with `config` where there is no login. The key of the Management API is none: nothing of it is looked at here.
 */
export function resolveSqlSettings({ environment, folder, authority }: StageSurroundings): SqlSettings {
  const { sql = {}, stage } = authority;
  const { url: text, ...single } = environment.sql;
  const url = text === undefined ? undefined : readSqlUrl(text);
  const allowInsecure = stage.allowInsecure ?? false;
  const [endpoint, from] =
    sql.endpoint !== undefined
      ? [sql.endpoint, '--sql-endpoint']
      : url?.endpoint !== undefined
        ? [url.endpoint, 'SINGLESTOREDB_URL']
        : [single.host, 'SINGLESTOREDB_HOST'];
  return {
    endpoint: endpoint === undefined ? undefined : parseEndpoint(endpoint, { from, allowInsecure }),
    credentials: credentialsOf({ environment, folder, authority }, url),
    database: url?.database ?? single.database,
    allowInsecure,
  };
}

function credentialsOf(
  { environment, folder, authority }: Pick<StageSurroundings, 'environment' | 'folder' | 'authority'>,
  url: ReturnType<typeof readSqlUrl> | undefined,
): SqlCredentials {
  const { sql = {} } = authority;
  const user = sql.user ?? url?.user ?? environment.sql.user;
  if (sql.passwordFile === undefined && sql.passwordSource !== undefined)
    return { user, secret: sql.passwordSource };
  const password =
    sql.passwordFile === undefined
      ? (url?.password ?? environment.sql.password)
      : readPassword(resolve(folder, sql.passwordFile));
  if (password === undefined)
    throw configError(
      'no login for the database: set SINGLESTOREDB_USER and SINGLESTOREDB_PASSWORD, or give --sql-user NAME and --sql-password-file FILE; the API token is no login of a database, and stage://local needs none',
    );
  const isToken = url?.isToken === true || LIKE_TOKEN.test(password);
  if (user === undefined && !isToken)
    throw configError(
      'the database has a password and no user: set SINGLESTOREDB_USER, or give --sql-user NAME; without a user, the password has to be a JSON web token',
    );
  return { user: isToken ? undefined : user, secret: fixedSecret(password) };
}

const LIKE_TOKEN = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/** The error never shows what the file holds. */
function readPassword(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw unreadableFile('--sql-password-file', file, error);
  }
  if (text === '')
    throw configError(`--sql-password-file ${file} is empty: it has to hold the password alone`);
  if (/[\r\n\0]/.test(text))
    throw configError(
      `--sql-password-file ${file} has more than one line: it has to hold the password alone`,
    );
  return text;
}
