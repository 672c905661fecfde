import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { findGroup, findWorkspace } from '../../management/find.ts';
import { printRow, printRows } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { shownWorkspace, WORKSPACE_FIELDS } from './workspace-fields.ts';

interface ListFlags {
  readonly group?: string;
  readonly includeTerminated?: true;
}

/** The API lists the workspaces of one group: without --group, those of all groups are asked for at the same time. */
export async function listWorkspaces(run: Run<ListFlags>): Promise<ExitStatus> {
  const { api, flags } = run;
  const { includeTerminated } = flags;
  const only =
    flags.group === undefined ? undefined : await findGroup(run, flags.group, { includeTerminated });
  const wanted = only === undefined ? undefined : `${only.workspaceGroupID}/`;
  const found = await api.names.list('workspace', { includeTerminated, wanted });
  const rows = found
    .filter(({ group }) => only === undefined || group?.id === only.workspaceGroupID)
    .map(({ row, group }) =>
      shownWorkspace(run, row, group && { workspaceGroupID: group.id, name: group.name }),
    );
  printRows(run, { rows, fields: WORKSPACE_FIELDS, none: 'no workspaces' }, run.flags);
  return EXIT.clean;
}

export async function getWorkspace(run: Run<Pick<ListFlags, 'includeTerminated'>>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  const { workspace, group } = await findWorkspace(run, name, run.flags);
  printRow(run, shownWorkspace(run, workspace, group), WORKSPACE_FIELDS, run.flags);
  return EXIT.clean;
}
