import { secrets } from '../../../api/resources/secrets.ts';
import { SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { printRow, printRows } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { SECRET_FIELDS, shownSecret } from './secret-fields.ts';

export async function listSecrets(run: Run): Promise<ExitStatus> {
  const rows = (await run.api.names.list('secret')).map(({ row }) => shownSecret(row));
  printRows(run, { rows, fields: SECRET_FIELDS, none: 'no secrets' }, run.flags);
  return EXIT.clean;
}

export async function getSecret(run: Run<{ readonly value?: true }>): Promise<ExitStatus> {
  const { id, name } = await run.api.names.find('secret', run.args[0] ?? '');
  const secret = await run.api.call(secrets.get, { secretID: id });
  if (run.flags.value !== true) {
    printRow(run, shownSecret(secret), SECRET_FIELDS, run.flags);
    return EXIT.clean;
  }
  const { value } = secret;
  if (typeof value !== 'string')
    throw new SyncError(
      'api_unauthorised',
      `this API key does not see the value of secret ${printable(name)}; make a key in the portal that may, or ask who owns the secret`,
      {
        verdict: 'end_run',
      },
    );
  run.out.line(value);
  return EXIT.clean;
}
