import { regions } from '../../../api/resources/regions.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { REGION_FIELDS } from '../../management/printing/region-fields.ts';
import { printRows } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';

export async function listRegions(run: Run<{ readonly provider?: string }>): Promise<ExitStatus> {
  const { provider } = run.flags;
  const all = await run.api.call(regions.list, {});
  const rows = all.filter(
    (row) => provider === undefined || row.provider.toLowerCase() === provider.toLowerCase(),
  );
  printRows(run, { rows, fields: REGION_FIELDS, none: 'no regions' }, run.flags);
  return EXIT.clean;
}
