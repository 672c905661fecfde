import { workspaceGroups } from '../../../api/resources/workspace-groups.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { findRegion } from '../../management/find.ts';
import { openPasswordOut, passwordTo, readPassword } from '../../management/changing/passwords.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { settingsOf, type SettingFlags } from './settings.ts';
import { GROUP_FIELDS, shownGroup } from './group-fields.ts';
import type { GroupRef } from '../../management/stage-address.ts';

interface CreateFlags extends SettingFlags {
  readonly region: string;
  readonly project?: string;
  readonly ifNotExists?: true;
}

/** `stagesync groups create`. */
export async function createGroup(run: Run<CreateFlags>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  const { flags, api } = run;
  const region = await findRegion(run, flags.region);
  const there =
    flags.ifNotExists === true
      ? (await api.call(workspaceGroups.list, {})).find(
          (each) => each.name === name && each.state.toUpperCase() !== 'TERMINATED',
        )
      : undefined;
  const adminPassword = there === undefined ? await readPassword(run) : undefined;
  await using place = there === undefined && flags.dryRun !== true ? await openPasswordOut(run) : undefined;
  return await change(run, {
    thing: `workspace group ${name}`,
    operation: workspaceGroups.create,
    input: {
      body: {
        name,
        firewallRanges: [...(flags.firewall ?? [])],
        regionID: region.regionID,
        ...settingsOf(flags),
        ...(flags.project !== undefined && { projectID: flags.project }),
        ...(adminPassword !== undefined && { adminPassword }),
      },
    },
    already: there === undefined ? undefined : `is there already, ${there.state}`,
    shown: there,
    idOf: ({ workspaceGroupID }) => String(workspaceGroupID),
    onPassword: passwordTo(run, place),
    setsPassword:
      adminPassword === undefined
        ? ({ workspaceGroupID }) => `groups update ${String(workspaceGroupID)} --password-file -`
        : undefined,
    again: ({ workspaceGroupID }) => `groups wait ${String(workspaceGroupID)} --for active`,
    print: (row) => printRow(run, shownGroup(run, row as unknown as GroupRef), GROUP_FIELDS, flags),
  });
}
