import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { printRow, printRows } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { shownStarter, STARTER_FIELDS } from './starter-fields.ts';

export async function listStarters(run: Run): Promise<ExitStatus> {
  const rows = (await run.api.names.list('starter')).map(({ row }) => shownStarter(run, row));
  printRows(run, { rows, fields: STARTER_FIELDS, none: 'no starter workspaces' }, run.flags);
  return EXIT.clean;
}

export async function getStarter(run: Run): Promise<ExitStatus> {
  const { row } = await run.api.names.find('starter', run.args[0] ?? '');
  printRow(run, shownStarter(run, row), STARTER_FIELDS, run.flags);
  return EXIT.clean;
}
