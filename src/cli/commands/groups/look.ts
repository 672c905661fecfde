import { regions } from '../../../api/resources/regions.ts';
import { workspaceGroups } from '../../../api/resources/workspace-groups.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { findGroup } from '../../management/find.ts';
import { printRow, printRows } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { GROUP_FIELDS, shownGroup } from './group-fields.ts';

interface LookFlags {
  readonly includeTerminated?: true;
}

export async function listGroups(run: Run<LookFlags>): Promise<ExitStatus> {
  const { includeTerminated } = run.flags;
  const groups = await run.api.call(workspaceGroups.list, { query: { includeTerminated } });
  const rows = groups.map((group) => shownGroup(run, group));
  const named = rows.every((row) => typeof row['regionName'] === 'string')
    ? rows
    : await withRegions(run, rows);
  printRows(run, { rows: named, fields: GROUP_FIELDS, none: 'no workspace groups' }, run.flags);
  return EXIT.clean;
}

export async function getGroup(run: Run<LookFlags>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  printRow(run, shownGroup(run, await findGroup(run, name, run.flags)), GROUP_FIELDS, run.flags);
  return EXIT.clean;
}

/** Older services give the ID of a group's region alone. */
async function withRegions(run: Run, rows: readonly Readonly<Record<string, unknown>>[]) {
  const all = await run.api.call(regions.list, {});
  const byID = new Map(all.map((region) => [region.regionID, region]));
  return rows.map((row) => {
    const region = byID.get(String(row['regionID']));
    return { ...row, regionName: row['regionName'] ?? region?.regionName ?? region?.region };
  });
}
