import {
  type Compute,
  deploymentOfCluster,
  deploymentOfGroup,
  deploymentOfStarter,
} from '../../api/deployments/deployment.ts';
import type { ManagementApi } from '../../api/management-api.ts';
import { clusters } from '../../api/resources/clusters.ts';
import { workspaces } from '../../api/resources/workspaces.ts';
import { hasFact, SyncError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { configError } from '../usage-errors.ts';
import { duration } from '../../model/quantities/duration.ts';

/** What computes for a deployment, and how it is woken. */
export interface FoundWorkspace {
  readonly compute: Compute;
  readonly kind: 'workspace' | 'cluster' | 'starter';
}

export interface FindWorkspaceOptions {
  /** The deployment's name or ID. */
  readonly deployment: string;
  readonly version: 'v1' | 'v2';
  /** Of a group with several workspaces: the name or the ID of the one that is meant. */
  readonly workspace: string | undefined;
}

/**
 * The workspace of a deployment that SQL goes to: of several the one that is named, else the one that is not suspended. Rejects
 * with `config` where that is not clear, and names those there are.
 */
export async function findWorkspace(
  api: ManagementApi,
  { deployment, version, workspace }: FindWorkspaceOptions,
): Promise<FoundWorkspace> {
  if (version === 'v2') {
    const { row } = await api.names.find('cluster', deployment);
    return { compute: deploymentOfCluster(row).computes[0]!, kind: 'cluster' };
  }
  const group = await orMissing(api.names.find('group', deployment));
  if (group === undefined) {
    const { row } = await api.names.find('starter', deployment);
    return { compute: deploymentOfStarter(row).computes[0]!, kind: 'starter' };
  }
  const rows = await api.call(workspaces.list, { query: { workspaceGroupID: group.id } });
  const { computes } = deploymentOfGroup(group.row, rows);
  return { compute: chooseWorkspace(computes, deployment, workspace), kind: 'workspace' };
}

async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (hasFact(error, 'missing')) return undefined;
    throw error;
  }
}

/** Which of a group's workspaces is meant. */
export function chooseWorkspace(
  computes: readonly Compute[],
  group: string,
  wanted: string | undefined,
): Compute {
  const living = computes.filter(({ state }) => state !== 'TERMINATED' && state !== 'FAILED');
  const named = wanted === undefined ? [] : living.filter(({ id, name }) => id === wanted || name === wanted);
  const awake = living.filter(({ state }) => state !== 'SUSPENDED');
  const meant = named.length > 0 ? named : awake.length > 0 ? awake : living;
  const [first] = meant;
  if (first !== undefined && meant.length === 1) return first;
  if (first === undefined)
    throw configError(
      `the workspace group ${printable(group)} has no workspace, so nothing loads its Stage: create one, or give --sql-endpoint HOST`,
    );
  const names = meant.map(({ name }) => printable(name)).join(', ');
  throw configError(
    `the workspace group ${printable(group)} has several workspaces (${names}): set SINGLESTOREDB_WORKSPACE to the one whose pipelines load, or give --sql-endpoint HOST`,
  );
}

export const isAsleep = ({ state }: Compute): boolean => state === 'SUSPENDED';

/** The error of a workspace that sleeps, and that nobody asked to wake. */
export function asleep({ compute, kind }: FoundWorkspace): SyncError {
  const [noun, command] = kind === 'cluster' ? ['cluster', 'clusters'] : ['workspace', 'workspaces'];
  const name = printable(compute.name);
  return new SyncError(
    'database_suspended',
    `The ${noun} ${name} is suspended, so nothing is loaded: wake it with --resume, or with "stagesync ${command} resume ${name}".`,
    { verdict: 'end_run', fact: 'out_of_reach', operation: 'look_up' },
  );
}

/** Wakes a workspace and waits until it answers. `tell` hears what that costs. Rejects as a wait for it does. */
export async function wake(
  api: ManagementApi,
  { compute, kind }: FoundWorkspace,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (text: string) => void },
): Promise<void> {
  tell(costOfWaking(compute, kind));
  const { id } = compute;
  const options = { signal, ready: 'sql' } as const;
  if (kind === 'cluster') await api.callAndWait(clusters.resume, { clusterID: id }, options);
  else await api.callAndWait(workspaces.resume, { workspaceID: id }, options);
}

/** What it means to wake a workspace, for whoever pays. */
export function costOfWaking(
  { name, size, autoSuspend }: Compute,
  kind: FoundWorkspace['kind'] = 'workspace',
): string {
  const sized = size === undefined ? '' : ` (${size})`;
  const end =
    autoSuspend === undefined
      ? 'nothing suspends it again by itself'
      : autoSuspend.afterSeconds === undefined
        ? `it is suspended again by its auto-suspend (${autoSuspend.type.toLowerCase()})`
        : `it is suspended again by its auto-suspend after ${duration(autoSuspend.afterSeconds * 1000)}`;
  return `waking the suspended ${kind === 'cluster' ? 'cluster' : 'workspace'} ${printable(name)}${sized}: it costs credits from now on, and ${end}`;
}
