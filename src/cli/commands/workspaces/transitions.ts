import { workspaces, type Workspace } from '../../../api/resources/workspaces.ts';
import { inState } from '../../../api/waiting/awaited.ts';
import { printable } from '../../../model/printable.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { findWorkspace, type FoundWorkspace, ifExists } from '../../management/find.ts';
import { printOutcome } from '../../management/printing/print-outcome.ts';
import type { Run } from '../../management/run.ts';
import { waitForEnd } from '../../management/changing/waiting.ts';
import { shownWorkspace } from './workspace-fields.ts';

/** What all changes of a workspace's state have in common. */
function transitionOf(run: Run, { workspace, group }: FoundWorkspace, state: string) {
  const { workspaceID, name } = workspace;
  const thing = `workspace ${name}`;
  return {
    thing,
    already: workspace.state.toUpperCase() === state ? `is ${state} already` : undefined,
    shown: workspace,
    idOf: () => workspaceID,
    again: () => `workspaces wait ${workspaceID} --for ${state.toLowerCase()}`,
    print: (row: object) =>
      printOutcome(run, `${thing} is ${state}`, shownWorkspace(run, { ...workspace, ...row }, group)),
  } as const;
}

export async function suspendWorkspace(run: Run): Promise<ExitStatus> {
  const found = await findWorkspace(run, nameIn(run));
  const { workspaceID } = found.workspace;
  return change(run, {
    ...transitionOf(run, found, 'SUSPENDED'),
    operation: workspaces.suspend,
    input: { workspaceID },
  });
}

export async function resumeWorkspace(run: Run<{ readonly autoSuspend: boolean }>): Promise<ExitStatus> {
  const found = await findWorkspace(run, nameIn(run));
  const { workspaceID } = found.workspace;
  const keeps = run.flags.autoSuspend;
  const transition = transitionOf(run, found, 'ACTIVE');
  return change(run, {
    ...transition,
    // an active one can have its auto-suspend turned off as well
    already: keeps ? transition.already : undefined,
    operation: workspaces.resume,
    input: { workspaceID, ...(!keeps && { body: { disableAutoSuspend: true } }) },
    print: (row) => {
      for (const { database, success, error } of (row as Partial<Workspace>).resumeAttachments ?? [])
        if (success === false)
          run.err.line(
            `stagesync: database ${printable(database)} was not attached${typeof error === 'string' ? `: ${printable(error)}` : ''}`,
          );
      transition.print(row);
    },
  });
}

export async function terminateWorkspace(run: Run<{ readonly ifExists?: true }>): Promise<ExitStatus> {
  const name = nameIn(run);
  const found = await ifExists(run, `workspace ${name}`, () => findWorkspace(run, name));
  if (found === undefined) return EXIT.clean;
  const { workspace, group } = found;
  const { workspaceID } = workspace;
  return change(run, {
    ...transitionOf(run, found, 'TERMINATED'),
    operation: workspaces.terminate,
    input: { workspaceID },
    confirmation: {
      name: workspace.name,
      id: workspaceID,
      warning: [
        `This ends workspace ${printable(workspace.name)} (${printable(workspaceID)}) in group ${printable(group.name)} for good.`,
        'Its databases are detached and stay with the group. To save money for a while, suspend it instead.',
      ],
    },
  });
}

export async function waitForWorkspace(run: Run<{ readonly for: string }>): Promise<ExitStatus> {
  const found = await findWorkspace(run, nameIn(run), { includeTerminated: true });
  const { workspaceID } = found.workspace;
  const state = run.flags.for.toUpperCase();
  const { thing, print, again } = transitionOf(run, found, state);
  const look = { operation: workspaces.get, input: { workspaceID } };
  print((await waitForEnd(run, inState({ what: thing, look, state }), again())) ?? {});
  return EXIT.clean;
}

const nameIn = ({ args }: Pick<Run, 'args'>): string => args[0] ?? '';
