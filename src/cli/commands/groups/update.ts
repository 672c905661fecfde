import { workspaceGroups } from '../../../api/resources/workspace-groups.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { differences } from '../../management/printing/differences.ts';
import { findGroup } from '../../management/find.ts';
import { openPasswordOut, passwordTo, readPassword } from '../../management/changing/passwords.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { settingsOf, type SettingFlags } from './settings.ts';
import { GROUP_FIELDS, shownGroup, updateWindowText } from './group-fields.ts';

/** `stagesync groups update`: sends what was named, and waits until the service shows it. */
export async function updateGroup(run: Run<SettingFlags & { readonly name?: string }>): Promise<ExitStatus> {
  const [named = ''] = run.args;
  const { name, firewall, expires } = run.flags;
  const adminPassword = await readPassword(run);
  const wanted = {
    ...(name !== undefined && { name }),
    ...(firewall !== undefined && { firewallRanges: [...firewall] }),
    ...settingsOf(run.flags),
    ...(adminPassword !== undefined && { adminPassword }),
  };
  if (Object.keys(wanted).length === 0)
    throw usageError(
      'nothing to change is named: give --name, --firewall, --allow-all, --expires, --window, --deployment-type or --password-file',
    );
  const group = await findGroup(run, named);
  const { workspaceGroupID } = group;
  const changes = differences([
    ['name', group.name, wanted.name],
    ['firewall', group.firewallRanges, wanted.firewallRanges],
    ['allow all', group.allowAllTraffic ?? false, wanted.allowAllTraffic],
    ['expires', group.expiresAt, expires],
    ['window', updateWindowText(group.updateWindow), updateWindowText(wanted.updateWindow)],
    ['type', group.deploymentType, wanted.deploymentType],
    ['password', 'the one it has', adminPassword === undefined ? undefined : 'the one given'],
  ]);
  await using place = run.flags.dryRun === true ? undefined : await openPasswordOut(run);
  return await change(run, {
    thing: `workspace group ${group.name}`,
    operation: workspaceGroups.update,
    input: { workspaceGroupID, body: wanted },
    already: changes.length === 0 ? 'is so already' : undefined,
    announce: changes,
    shown: group,
    idOf: () => workspaceGroupID,
    again: () => `groups get ${workspaceGroupID}`,
    // an invalid password is not refused: the service makes another one and gives it back
    onPassword: passwordTo(run, place),
    print: (row) => printRow(run, shownGroup(run, { ...group, ...row }), GROUP_FIELDS, run.flags),
  });
}
