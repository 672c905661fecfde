import { regions } from '../../../api/resources/regions.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { Field } from '../../management/printing/fields.ts';
import { printRows } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';

const FIELDS: readonly Field[] = [
  { key: 'provider', isListed: true },
  { key: 'region', isListed: true },
  { key: 'regionName', title: 'NAME', isListed: true },
  { key: 'regionID', title: 'ID', isListed: true },
];

export async function listRegions(run: Run<{ readonly provider?: string }>): Promise<ExitStatus> {
  const { provider } = run.flags;
  const all = await run.api.call(regions.list, {});
  const rows = all.filter(
    (row) => provider === undefined || row.provider.toLowerCase() === provider.toLowerCase(),
  );
  printRows(run, { rows, fields: FIELDS, none: 'no regions' }, run.flags);
  return EXIT.clean;
}
