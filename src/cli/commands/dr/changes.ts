import { groupStorageDR, type StorageDRStatus } from '../../../api/resources/storage-dr.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import { type ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { findRegion } from '../../management/find.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import type { GroupRef } from '../../management/stage-address.ts';
import { statusLines } from './status-lines.ts';
import { whichGroup, type WhichFlags } from './which-group.ts';

/** What the changes of a group's storage DR have in common. */
const partsOf = (run: Run, { workspaceGroupID, name }: GroupRef) => ({
  thing: `workspace group ${name}`,
  idOf: () => workspaceGroupID,
  again: () => `dr status --group ${workspaceGroupID} --watch`,
  print: (status: object) => {
    if (run.flags.json === true) printRow(run, { ...status }, [], run.flags);
    else for (const line of statusLines(status as StorageDRStatus)) run.out.line(line);
  },
});

export async function setUp(
  run: Run<WhichFlags & { readonly to: string; readonly database: readonly string[] }>,
): Promise<ExitStatus> {
  const group = await whichGroup(run);
  const { workspaceGroupID } = group;
  const { regionID } = await findRegion(run, run.flags.to);
  return change(run, {
    ...partsOf(run, group),
    operation: groupStorageDR.setup,
    input: { workspaceGroupID, body: { regionID, databaseNames: [...run.flags.database] } },
  });
}

export async function failOver(run: Run<WhichFlags>): Promise<ExitStatus> {
  const group = await whichGroup(run);
  const { workspaceGroupID } = group;
  return change(run, {
    ...partsOf(run, group),
    operation: groupStorageDR.failover,
    input: { workspaceGroupID },
    confirmation: confirmationOf(group, 'This moves', 'to its other region; clients have to connect there.'),
  });
}

export async function failBack(run: Run<WhichFlags>): Promise<ExitStatus> {
  const group = await whichGroup(run);
  const { workspaceGroupID } = group;
  return change(run, {
    ...partsOf(run, group),
    operation: groupStorageDR.failback,
    input: { workspaceGroupID },
    confirmation: confirmationOf(
      group,
      'This moves',
      'back to its primary region; clients have to connect there.',
    ),
  });
}

const confirmationOf = ({ name, workspaceGroupID }: GroupRef, does: string, where: string) => ({
  name,
  id: workspaceGroupID,
  warning: [`${does} workspace group ${printable(name)} (${printable(workspaceGroupID)}) ${where}`],
});

export async function preProvision(run: Run<WhichFlags>): Promise<ExitStatus> {
  const [action = ''] = run.args;
  if (action !== 'start' && action !== 'stop')
    throw usageError(`pre-provision takes start or stop, and not ${printable(action)}`);
  const group = await whichGroup(run);
  const { workspaceGroupID } = group;
  return change(run, {
    ...partsOf(run, group),
    operation: action === 'start' ? groupStorageDR.startPreProvision : groupStorageDR.stopPreProvision,
    input: { workspaceGroupID },
  });
}
