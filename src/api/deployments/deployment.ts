import type { Cluster } from '../resources/clusters.ts';
import type { Starter, VirtualCluster } from '../resources/starters.ts';
import type { WorkspaceGroup } from '../resources/workspace-groups.ts';
import type { Workspace } from '../resources/workspaces.ts';
import type { Deployment } from './list-deployments.ts';

// The first version of the API has workspace groups with any number of workspaces, the second one clusters, which are both in
// one. Whoever reads this model need not know which of the two answered.

/** What computes: a workspace, or a cluster itself. */
export interface Compute {
  readonly id: string;
  readonly name: string;
  /** The service's word, in capitals; undefined where it has none. */
  readonly state: string | undefined;
  /** 'S-00', 'S-1' and so on. */
  readonly size: string | undefined;
  readonly scaleFactor: number | undefined;
  /** In percent, while the size changes. */
  readonly scalingProgress: number | undefined;
  readonly endpoint: string | undefined;
  readonly autoSuspend: AutoSuspend | undefined;
  readonly createdAt: string | undefined;
}

export interface AutoSuspend {
  /** 'IDLE', 'SCHEDULED', and any later one. */
  readonly type: string;
  readonly afterSeconds: number | undefined;
  /** When a schedule ends the time, where that is shown. */
  readonly at: string | undefined;
}

export interface DeploymentDetails extends Deployment {
  /** The service's word, in capitals; undefined where it has none. */
  readonly state: string | undefined;
  readonly provider: string | undefined;
  /** As the provider calls it where that is shown, else the ID. */
  readonly region: string | undefined;
  readonly projectID: string | undefined;
  readonly createdAt: string | undefined;
  readonly expiresAt: string | undefined;
  readonly terminatedAt: string | undefined;
  /** Who may connect; undefined where the service does not say. */
  readonly firewall: { readonly isOpen: boolean; readonly ranges: readonly string[] } | undefined;
  readonly computes: readonly Compute[];
}

export function deploymentOfGroup(
  group: WorkspaceGroup,
  workspaces: readonly Workspace[],
): DeploymentDetails {
  return {
    id: group.workspaceGroupID,
    name: group.name,
    kind: 'workspace_group',
    ...shared(group),
    region: text(group.regionName) ?? text(group.regionID),
    computes: workspaces.map(computeOfWorkspace),
  };
}

export function deploymentOfCluster(cluster: Cluster): DeploymentDetails {
  return {
    id: cluster.clusterID,
    name: cluster.name,
    kind: 'cluster',
    ...shared(cluster),
    region: text(cluster.region),
    computes: [computeOfCluster(cluster)],
  };
}

/** A starter workspace, or what the second version calls a virtual cluster. */
export function deploymentOfStarter(starter: Starter | VirtualCluster): DeploymentDetails {
  const { virtualWorkspaceID, virtualClusterID } = starter as Partial<Starter & VirtualCluster>;
  const id = virtualWorkspaceID ?? virtualClusterID ?? '';
  const { name } = starter;
  const createdAt = text(starter.createdAt);
  const endpoint = text(starter.endpoint);
  return {
    id,
    name,
    kind: 'starter_workspace',
    ...shared(starter),
    region: undefined,
    computes: [{ ...NO_COMPUTE, id, name, endpoint, createdAt }],
  };
}

interface Shown {
  readonly state?: unknown;
  readonly provider?: unknown;
  readonly projectID?: unknown;
  readonly createdAt?: unknown;
  readonly expiresAt?: unknown;
  readonly terminatedAt?: unknown;
  readonly firewallRanges?: readonly string[] | null | undefined;
  readonly allowAllTraffic?: boolean | null | undefined;
}

function shared(
  row: Shown,
): Pick<DeploymentDetails, Exclude<keyof Shown, 'firewallRanges' | 'allowAllTraffic'>> &
  Pick<DeploymentDetails, 'firewall'> {
  const { firewallRanges, allowAllTraffic } = row;
  const ranges = firewallRanges ?? [];
  const isSaid = (firewallRanges ?? allowAllTraffic ?? undefined) !== undefined;
  return {
    state: stateWord(row.state),
    provider: text(row.provider),
    projectID: text(row.projectID),
    createdAt: text(row.createdAt),
    expiresAt: text(row.expiresAt),
    terminatedAt: text(row.terminatedAt),
    firewall: isSaid
      ? { isOpen: allowAllTraffic === true || ranges.includes('0.0.0.0/0'), ranges }
      : undefined,
  };
}

const NO_COMPUTE = {
  state: undefined,
  size: undefined,
  scaleFactor: undefined,
  scalingProgress: undefined,
  autoSuspend: undefined,
} as const;

function computeOfWorkspace(workspace: Workspace): Compute {
  return {
    id: workspace.workspaceID,
    name: workspace.name,
    state: stateWord(workspace.state),
    size: text(workspace.size),
    scaleFactor: workspace.scaleFactor ?? undefined,
    scalingProgress: workspace.scalingProgress ?? undefined,
    endpoint: text(workspace.endpoint),
    autoSuspend: autoSuspendOf(workspace.autoSuspend),
    createdAt: text(workspace.createdAt),
  };
}

function computeOfCluster(cluster: Cluster): Compute {
  // the name of the key was changed and changed back
  const shown = cluster.sizeConfig ?? cluster.size;
  const { size, scaleFactor } = typeof shown === 'string' ? { size: shown } : (shown ?? {});
  return {
    id: cluster.clusterID,
    name: cluster.name,
    state: stateWord(cluster.state),
    size: text(size),
    scaleFactor: scaleFactor ?? undefined,
    scalingProgress: cluster.scalingProgress ?? undefined,
    endpoint: text(cluster.endpoint),
    autoSuspend: autoSuspendOf(cluster.autoSuspend),
    createdAt: text(cluster.createdAt),
  };
}

/** Disabled is shown as nothing, or as an empty object. */
function autoSuspendOf(shown: Workspace['autoSuspend']): AutoSuspend | undefined {
  const type = text(shown?.suspendType);
  if (shown === null || shown === undefined || type === undefined || type === 'DISABLED') return undefined;
  const seconds = shown.idleAfterSeconds ?? shown.scheduledAfterSeconds ?? shown.suspendAfterSeconds;
  return { type, afterSeconds: seconds ?? undefined, at: text(shown.scheduledSuspendAt) };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const stateWord = (value: unknown): string | undefined => text(value)?.toUpperCase();
