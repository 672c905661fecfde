import { workspaces, type Workspace } from '../../../api/resources/workspaces.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { findGroup } from '../../management/find.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { settingsOf, type SettingFlags } from './settings.ts';
import { shownWorkspace, WORKSPACE_FIELDS } from './workspace-fields.ts';

interface CreateFlags extends SettingFlags {
  readonly group?: string;
  readonly ifNotExists?: true;
}

/** `stagesync workspaces create`. */
export async function createWorkspace(run: Run<CreateFlags>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  const named =
    run.flags.group ??
    run.host.env['SINGLESTOREDB_WORKSPACE_GROUP'] ??
    (run.flags.local ? 'local' : undefined);
  if (named === undefined)
    throw usageError(
      'a workspace is in a group: give --group GROUP, or set SINGLESTOREDB_WORKSPACE_GROUP; "stagesync groups list" shows them',
    );
  const group = await findGroup(run, named);
  const { workspaceGroupID } = group;
  const there = run.flags.ifNotExists === true ? await existing(run, workspaceGroupID, name) : undefined;
  return change(run, {
    thing: `workspace ${name}`,
    operation: workspaces.create,
    input: { body: { name, workspaceGroupID, ...settingsOf(run.flags) } },
    already: there === undefined ? undefined : `is there already, ${there.state}`,
    shown: there === undefined ? undefined : { ...there },
    idOf: ({ workspaceID }) => String(workspaceID),
    again: ({ workspaceID }) => `workspaces wait ${String(workspaceID)} --for active`,
    print: (row) => printRow(run, shownWorkspace(run, row as Workspace, group), WORKSPACE_FIELDS, run.flags),
  });
}

async function existing(run: Run, workspaceGroupID: string, name: string): Promise<Workspace | undefined> {
  const all = await run.api.call(workspaces.list, { query: { workspaceGroupID } });
  return all.find((each) => each.name === name && each.state.toUpperCase() !== 'TERMINATED');
}
