import type { Origins } from '../../../../jobs-file/compose/origins.ts';
import type { Profile } from '../../../../jobs-file/jobs-file.ts';
import { commandText } from '../../../../jobs-file/trust/trusted-parts.ts';
import type { Authority } from '../../../../jobs/authority.ts';
import type { Environment } from '../../../../jobs/environment.ts';
import { shownRows, type ExplainedValue } from './explained-value.ts';

/** As whom a database is asked. The password, and a URL that may have one, are not shown. */
export function sqlValues(
  profile: Profile | undefined,
  {
    origins,
    flags,
    environment,
  }: { readonly origins: Origins; readonly flags: Authority; readonly environment: Environment },
): ExplainedValue[] {
  const sql = profile?.authority.sql ?? {};
  const words = profile?.sqlPasswordCommand;
  const typed = flags.sql ?? {};
  const { url, host, user, password } = environment.sql;
  const hidden = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : 'set, and not shown';
  const file = typed.passwordFile ?? sql.passwordFile;
  const isGiven = file !== undefined || words !== undefined;
  return shownRows(
    [
      [
        'sql_endpoint',
        typed.endpoint,
        sql.endpoint,
        ['SINGLESTOREDB_HOST', url === undefined ? host : undefined],
      ],
      ['sql_user', typed.user, sql.user, ['SINGLESTOREDB_USER', user]],
      ['sql_password_file', typed.passwordFile, sql.passwordFile],
      [
        'sql_password_command',
        undefined,
        file === undefined && words !== undefined ? commandText(words) : undefined,
      ],
      [
        'sql_password',
        undefined,
        undefined,
        ['SINGLESTOREDB_PASSWORD', isGiven ? undefined : hidden(password)],
      ],
      ['sql_url', undefined, undefined, ['SINGLESTOREDB_URL', hidden(url)]],
      ['sql_resume', typed.resume, sql.resume],
    ],
    origins,
  );
}
