import { organizations } from '../../../api/resources/organizations.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { plainText, type Field } from '../../management/printing/fields.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';

const FIELDS: readonly Field[] = [
  { key: 'name' },
  { key: 'orgID', title: 'ID' },
  { key: 'firewallRanges', title: 'MAY CALL THE API', text: (ranges) => plainText(ranges) ?? 'any address' },
];

export async function showOrganization(run: Run): Promise<ExitStatus> {
  printRow(run, await run.api.call(organizations.current, {}), FIELDS, run.flags);
  return EXIT.clean;
}
