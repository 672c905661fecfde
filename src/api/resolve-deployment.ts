import { SyncError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import type { ApiConnection } from './connection.ts';
import type { Deployment, ListDeploymentsOptions } from './deployments.ts';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The ID of a deployment given by ID or by name. An ID is taken as it is, without a request; a name must be that of
 * exactly one deployment, or it rejects with `stage_deployment_missing` and tells the names there are.
 */
export async function resolveDeployment(
  api: ApiConnection,
  nameOrID: string,
  options: ListDeploymentsOptions,
): Promise<string> {
  if (UUID.test(nameOrID)) return nameOrID;
  // loads zod, which a deployment given by its ID does not need
  const { listDeployments } = await import('./deployments.ts');
  const deployments = await listDeployments(api, options);
  const named = deployments.filter(({ name }) => name === nameOrID);
  const [only] = named;
  if (only !== undefined && named.length === 1) return only.id;
  const message =
    only === undefined
      ? `There is no deployment named ${printable(nameOrID)}. ${namesOf(deployments)}`
      : `${named.length} deployments are named ${printable(nameOrID)}. Use an ID: ${named.map(({ id }) => printable(id)).join(', ')}.`;
  throw new SyncError('stage_deployment_missing', message, {
    verdict: 'end_run',
    fact: 'unauthorised',
    operation: 'look_up',
    path: nameOrID,
  });
}

function namesOf(deployments: readonly Deployment[]): string {
  if (deployments.length === 0) return 'This API key sees no deployment at all.';
  const shown = deployments.slice(0, 20).map(({ name }) => printable(name));
  return `There are: ${shown.join(', ')}${deployments.length > shown.length ? ', …' : ''}.`;
}
