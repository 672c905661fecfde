import { workspaceGroups } from '../../../api/resources/workspace-groups.ts';
import { workspaces, type Workspace } from '../../../api/resources/workspaces.ts';
import { inState } from '../../../api/waiting/awaited.ts';
import { SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { notConfirmed } from '../../management/changing/confirm.ts';
import { findGroup, ifExists } from '../../management/find.ts';
import { printOutcome } from '../../management/printing/print-outcome.ts';
import type { Run } from '../../management/run.ts';
import { waitForEnd } from '../../management/changing/waiting.ts';
import { shownGroup } from './group-fields.ts';

interface TerminateFlags {
  readonly force?: true;
  readonly ifExists?: true;
}

/** `stagesync groups terminate`: says which workspaces end with it, and needs --force where there are some. */
export async function terminateGroup(run: Run<TerminateFlags>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  const group = await ifExists(run, `workspace group ${name}`, () => findGroup(run, name));
  if (group === undefined) return EXIT.clean;
  const { workspaceGroupID } = group;
  const isForced = run.flags.force === true;
  const alive = await living(run, workspaceGroupID);
  const others = alive.map(({ name: each }) => printable(each)).join(', ');
  const has = `it has ${alive.length === 1 ? 'the workspace' : `${alive.length} workspaces,`} ${others}`;
  if (alive.length > 0 && !isForced)
    throw new SyncError(
      'not_confirmed',
      `workspace group ${printable(group.name)} is not ended: ${has}; --force ends ${alive.length === 1 ? 'it' : 'them'} too`,
      { verdict: 'end_run' },
    );
  const thing = `workspace group ${group.name}`;
  return change(run, {
    thing,
    operation: workspaceGroups.terminate,
    input: { workspaceGroupID, query: { ...(isForced && { force: true }) } },
    already: group.state.toUpperCase() === 'TERMINATED' ? 'is TERMINATED already' : undefined,
    shown: group,
    confirmation: {
      name: group.name,
      id: workspaceGroupID,
      stillSo: () => noOthers(run, workspaceGroupID, alive),
      warning: [
        `This ends workspace group ${printable(group.name)} (${printable(workspaceGroupID)}) for good, with its databases and its Stage.`,
        ...(alive.length === 0
          ? []
          : [
              alive.length === 1
                ? `With it goes the workspace ${others}.`
                : `With it go ${alive.length} workspaces: ${others}.`,
            ]),
      ],
    },
    idOf: () => workspaceGroupID,
    again: () => `groups wait ${workspaceGroupID} --for terminated`,
    print: (row) => printOutcome(run, `${thing} is TERMINATED`, shownGroup(run, { ...group, ...row })),
  });
}

async function living(run: Run, workspaceGroupID: string): Promise<readonly Workspace[]> {
  const within = await run.api.call(workspaces.list, { query: { workspaceGroupID } });
  return within.filter(({ state }) => state.toUpperCase() !== 'TERMINATED');
}

/** What was not named when it was asked for does not end with the group. */
async function noOthers(run: Run, workspaceGroupID: string, named: readonly Workspace[]): Promise<void> {
  const ids = new Set(named.map(({ workspaceID }) => workspaceID));
  const others = (await living(run, workspaceGroupID)).filter(({ workspaceID }) => !ids.has(workspaceID));
  if (others.length > 0)
    throw notConfirmed(
      `meanwhile the group has got ${others.map(({ name }) => printable(name)).join(', ')} as well; nothing was changed`,
    );
}

export async function waitForGroup(run: Run<{ readonly for: string }>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  const group = await findGroup(run, name, { includeTerminated: true });
  const state = run.flags.for.toUpperCase();
  const thing = `workspace group ${group.name}`;
  const { workspaceGroupID } = group;
  const look = { operation: workspaceGroups.get, input: { workspaceGroupID } };
  const again = `groups wait ${workspaceGroupID} --for ${state.toLowerCase()}`;
  const row = await waitForEnd(run, inState({ what: thing, look, state }), again);
  printOutcome(run, `${thing} is ${state}`, shownGroup(run, { ...group, ...row }));
  return EXIT.clean;
}
