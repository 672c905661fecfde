import { workspaces, type Workspace } from '../../../api/resources/workspaces.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { autoSuspendText } from '../../management/printing/auto-suspend.ts';
import { differences } from '../../management/printing/differences.ts';
import { findWorkspace } from '../../management/find.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { settingsOf, type SettingFlags } from './settings.ts';
import { shownWorkspace, WORKSPACE_FIELDS } from './workspace-fields.ts';

interface UpdateFlags extends SettingFlags {
  readonly deploymentType?: 'PRODUCTION' | 'NON-PRODUCTION';
}

/** `stagesync workspaces update`: sends what differs, and waits until the service shows it. */
export async function updateWorkspace(run: Run<UpdateFlags>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  const { deploymentType } = run.flags;
  const wanted = { ...settingsOf(run.flags), ...(deploymentType !== undefined && { deploymentType }) };
  if (Object.keys(wanted).length === 0)
    throw usageError(
      'nothing to change is named: give --size, --cache, --auto-suspend, --kai or --deployment-type',
    );
  const { workspace, group } = await findWorkspace(run, name);
  const { workspaceID } = workspace;
  const changes = differences([
    ['size', workspace.size, wanted.size],
    ['cache', workspace.cacheConfig, wanted.cacheConfig],
    ['auto-suspend', autoSuspendText(workspace.autoSuspend), autoSuspendText(wanted.autoSuspend)],
    ['kai', workspace.kaiEnabled ?? false, wanted.enableKai],
    ['type', workspace.deploymentType, wanted.deploymentType],
  ]);
  return change(run, {
    thing: `workspace ${workspace.name}`,
    operation: workspaces.update,
    input: { workspaceID, body: wanted },
    already: changes.length === 0 ? 'is so already' : undefined,
    announce: changes,
    shown: workspace,
    idOf: () => workspaceID,
    again: () => `workspaces get ${workspaceID}`,
    print: (row) => printRow(run, shownWorkspace(run, row as Workspace, group), WORKSPACE_FIELDS, run.flags),
  });
}
