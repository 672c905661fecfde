import type { Cluster } from '../../../api/resources/clusters.ts';
import { autoSuspendText } from '../../management/printing/auto-suspend.ts';
import { plainText, type Field, type Row } from '../../management/printing/fields.ts';
import type { Run } from '../../management/run.ts';
import { stageAddress } from '../../management/stage-address.ts';

/** A cluster as it is shown; its Stage is reached with --api-version v2. */
export const shownCluster = (run: Pick<Run, 'flags'>, cluster: Cluster): Row => ({
  ...cluster,
  stage: stageAddress(run, { name: cluster.name, workspaceGroupID: cluster.clusterID }),
});

/** The name of this field was changed and changed back: one of the two is there. */
export function sizeOf(row: Row | Cluster): string | undefined {
  const { sizeConfig, size } = row as Pick<Cluster, 'sizeConfig' | 'size'>;
  const shown = sizeConfig ?? size;
  return (typeof shown === 'string' ? shown : shown?.size) ?? undefined;
}

export const CLUSTER_FIELDS: readonly Field[] = [
  { key: 'name', isListed: true },
  { key: 'state', isListed: true },
  { key: 'size', isListed: true, text: (_, row) => sizeOf(row) },
  { key: 'provider', isListed: true },
  { key: 'region', isListed: true },
  { key: 'endpoint', isListed: true },
  { key: 'clusterID', title: 'ID', isListed: true },
  { key: 'stage' },
  { key: 'projectID', title: 'PROJECT ID' },
  { key: 'autoSuspend', title: 'AUTO-SUSPEND', text: autoSuspendText },
  { key: 'cacheConfig', title: 'CACHE' },
  { key: 'kai' },
  { key: 'multiAZ', title: 'SEVERAL ZONES' },
  { key: 'deploymentType', title: 'TYPE' },
  {
    key: 'firewallRanges',
    title: 'MAY CONNECT',
    text: (value, row) => (row['allowAllTraffic'] === true ? 'any address' : (plainText(value) ?? 'nobody')),
  },
  { key: 'expiresAt', title: 'EXPIRES' },
  { key: 'createdAt', title: 'CREATED' },
  { key: 'lastResumedAt', title: 'LAST RESUMED' },
  { key: 'terminatedAt', title: 'TERMINATED' },
];
