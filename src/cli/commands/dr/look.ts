import { groupStorageDR } from '../../../api/resources/storage-dr.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { printRow, printRows } from '../../management/printing/print-rows.ts';
import { REGION_FIELDS } from '../../management/printing/region-fields.ts';
import { watching } from '../../management/watching.ts';
import type { Run } from '../../management/run.ts';
import { statusLines } from './status-lines.ts';
import { whichGroup, type WhichFlags } from './which-group.ts';

export async function listStandbyRegions(run: Run<WhichFlags>): Promise<ExitStatus> {
  const { workspaceGroupID } = await whichGroup(run);
  const rows = await run.api.call(groupStorageDR.regions, { workspaceGroupID });
  printRows(run, { rows, fields: REGION_FIELDS, none: 'no region to replicate to' }, run.flags);
  return EXIT.clean;
}

export async function showStatus(run: Run<WhichFlags & { readonly watch?: true }>): Promise<ExitStatus> {
  const { workspaceGroupID } = await whichGroup(run);
  const { flags } = run;
  return watching(run, { isOn: flags.watch === true }, async () => {
    const status = await run.api.call(groupStorageDR.status, { workspaceGroupID });
    if (flags.json === true || flags.fields !== undefined)
      printRow(
        run,
        status,
        (flags.fields ?? []).map((key) => ({ key })),
        flags,
      );
    else for (const line of statusLines(status)) run.out.line(line);
  });
}
