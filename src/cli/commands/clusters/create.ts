import { clusters, type Cluster } from '../../../api/resources/clusters.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { openPasswordOut, type PasswordFlags, passwordTo } from '../../management/changing/passwords.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { CLUSTER_FIELDS, shownCluster } from './cluster-fields.ts';
import { settingsOf, type SettingFlags } from './settings.ts';

interface CreateFlags extends SettingFlags, Pick<PasswordFlags, 'passwordOut'> {
  readonly project?: string;
  readonly provider: string;
  readonly region: string;
  readonly multiAz?: true;
  readonly ifNotExists?: true;
}

export async function createCluster(run: Run<CreateFlags>): Promise<ExitStatus> {
  const [name = ''] = run.args;
  const { flags, api } = run;
  const all = flags.ifNotExists === true ? await api.names.list('cluster') : [];
  const there = all.find((each) => each.name === name)?.row;
  const projectID = await projectFor(run);
  await using place = there === undefined && flags.dryRun !== true ? await openPasswordOut(run) : undefined;
  return await change(run, {
    thing: `cluster ${name}`,
    operation: clusters.create,
    input: {
      body: {
        name,
        projectID,
        provider: flags.provider,
        region: flags.region,
        firewallRanges: [...(flags.firewall ?? [])],
        ...settingsOf(flags),
        ...(flags.multiAz !== undefined && { multiAZ: flags.multiAz }),
      },
    },
    already: there === undefined ? undefined : `is there already, ${there.state}`,
    shown: there,
    idOf: ({ clusterID }) => String(clusterID),
    again: ({ clusterID }) => `clusters wait ${String(clusterID)} --for active`,
    onPassword: passwordTo(run, place),
    // FILE is {"adminPassword": "…"}
    setsPassword: ({ clusterID }) => `api PATCH /v2/clusters/${String(clusterID)} --body FILE`,
    print: (row) => printRow(run, shownCluster(run, row as Cluster), CLUSTER_FIELDS, flags),
  });
}

/** The project that is named, or the only one there is. */
async function projectFor({ api, flags }: Run<CreateFlags>): Promise<string> {
  if (flags.project !== undefined) return (await api.names.find('project', flags.project)).id;
  const all = await api.names.list('project');
  const [only] = all;
  if (only !== undefined && all.length === 1) return only.id;
  throw usageError(
    `a cluster is in a project: give --project; there are ${all.map(({ name }) => printable(name)).join(', ') || 'none'}`,
  );
}
