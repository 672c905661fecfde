import { hasFact } from '../../model/errors.ts';
import type { ManagementApi } from '../management-api.ts';
import { hasEnded } from '../repeats/look-up.ts';
import type { Kind } from '../names/kinds.ts';
import {
  type DeploymentDetails,
  deploymentOfCluster,
  deploymentOfGroup,
  deploymentOfStarter,
} from './deployment.ts';

export interface DescribeDeploymentsOptions {
  /** The version of the API that is asked. Default: 'v1'. */
  readonly version?: 'v1' | 'v2' | undefined;
  /** Default: false. */
  readonly includeTerminated?: boolean | undefined;
}

/** All deployments that the token sees, with what computes in them, in one shape for both versions. Rejects with a SyncError. */
export async function describeDeployments(
  api: ManagementApi,
  { version = 'v1', includeTerminated = false }: DescribeDeploymentsOptions = {},
): Promise<readonly DeploymentDetails[]> {
  const list = <K extends Kind>(kind: K) => api.names.list(kind, { includeTerminated });
  if (version === 'v2') {
    const [clusters, starters] = await Promise.all([list('cluster'), orNone(list('virtualCluster'))]);
    return [
      ...clusters.map(({ row }) => deploymentOfCluster(row)),
      ...starters.map(({ row }) => deploymentOfStarter(row)),
    ];
  }
  const [groups, workspaces, starters] = await Promise.all([
    list('group'),
    list('workspace'),
    orNone(list('starter')),
  ]);
  return [
    ...groups.map(({ id, row }) => {
      const own = workspaces.filter(({ group }) => group?.id === id).map((each) => each.row);
      return deploymentOfGroup(row, includeTerminated ? own : own.filter((each) => !hasEnded(each)));
    }),
    ...starters.map(({ row }) => deploymentOfStarter(row)),
  ];
}

/** Not every organization has a free tier. A list that is not found counts as an empty one. */
async function orNone<T>(list: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list;
  } catch (error) {
    if (hasFact(error, 'missing')) return [];
    throw error;
  }
}
