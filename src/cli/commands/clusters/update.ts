import { clusters, type Cluster } from '../../../api/resources/clusters.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { autoSuspendText } from '../../management/printing/auto-suspend.ts';
import { differences } from '../../management/printing/differences.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { CLUSTER_FIELDS, shownCluster, sizeOf } from './cluster-fields.ts';
import { settingsOf, type SettingFlags } from './settings.ts';

/** `stagesync clusters update`: sends what was named, and waits until the service shows it. */
export async function updateCluster(run: Run<SettingFlags>): Promise<ExitStatus> {
  const { firewall } = run.flags;
  const wanted = {
    ...settingsOf(run.flags),
    ...(firewall !== undefined && { firewallRanges: [...firewall] }),
  };
  if (Object.keys(wanted).length === 0)
    throw usageError(
      'nothing to change is named: give --size, --cache, --auto-suspend, --kai, --firewall or others',
    );
  const { id: clusterID, row: cluster } = await run.api.names.find('cluster', run.args[0] ?? '');
  const changes = differences([
    ['size', sizeOf(cluster), wanted.sizeConfig?.size],
    ['cache', cluster.cacheConfig, wanted.cacheConfig],
    ['auto-suspend', autoSuspendText(cluster.autoSuspend), autoSuspendText(wanted.autoSuspend)],
    ['kai', cluster.kai ?? false, wanted.kai],
    ['firewall', cluster.firewallRanges, wanted.firewallRanges],
    ['allow all', cluster.allowAllTraffic ?? false, wanted.allowAllTraffic],
    ['expires', cluster.expiresAt, wanted.expiresAt],
    ['window', cluster.updateWindow, wanted.updateWindow],
    ['type', cluster.deploymentType, wanted.deploymentType],
  ]);
  return change(run, {
    thing: `cluster ${cluster.name}`,
    operation: clusters.update,
    input: { clusterID, body: wanted },
    already: changes.length === 0 ? 'is so already' : undefined,
    announce: changes,
    shown: cluster,
    idOf: () => clusterID,
    again: () => `clusters get ${clusterID}`,
    print: (row) =>
      printRow(run, shownCluster(run, { ...cluster, ...(row as Cluster) }), CLUSTER_FIELDS, run.flags),
  });
}
