import type { ApiConnection } from '../connection.ts';
import type { ListDeploymentsOptions } from './list-deployments.ts';
import { isID } from '../names/id.ts';

/**
 * The ID of a deployment given by ID or by name. An ID is taken as it is, without a request; a name must be that of
 * exactly one deployment, or it rejects with `stage_deployment_missing` and tells the names there are.
 */
export async function resolveDeployment(
  api: ApiConnection,
  nameOrID: string,
  options: ListDeploymentsOptions,
): Promise<string> {
  if (isID(nameOrID)) return nameOrID;
  // loads zod, which a deployment given by its ID does not need
  const [{ listDeployments }, { choose }] = await Promise.all([
    import('./list-deployments.ts'),
    import('../names/choose.ts'),
  ]);
  const deployments = await listDeployments(api, options);
  return choose(deployments, nameOrID, {
    kind: 'deployment',
    plural: 'deployments',
    code: 'stage_deployment_missing',
    fact: 'unauthorised',
  }).id;
}
