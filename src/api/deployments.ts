import { isSyncError, SyncError } from '../model/errors.ts';
import type { CallOptions } from '../model/ports.ts';
import { badReply, type ApiCall } from './api-errors.ts';
import { printable } from '../model/printable.ts';
import { organizationQuery, type StageGeneration } from '../stage/stage-url.ts';
import { success } from './request.ts';
import { createTransport, type StageConnection, type Transport } from './connection.ts';

/** Something that has a Stage. */
export interface Deployment {
  readonly id: string;
  readonly name: string;
  readonly kind: 'workspace_group' | 'starter_workspace' | 'cluster';
}

export interface DeploymentLookup extends StageConnection {
  readonly generation?: StageGeneration | undefined;
  readonly organizationID?: string | undefined;
}

interface Catalogue {
  readonly path: string;
  readonly idKey: string;
  readonly kind: Deployment['kind'];
  /** Not every organisation has these; not finding the list is finding none. */
  readonly optional: boolean;
}

const V1: readonly Catalogue[] = [
  { path: '/v1/workspaceGroups', idKey: 'workspaceGroupID', kind: 'workspace_group', optional: false },
  {
    path: '/v1/sharedtier/virtualWorkspaces',
    idKey: 'virtualWorkspaceID',
    kind: 'starter_workspace',
    optional: true,
  },
];
const V2: readonly Catalogue[] = [
  { path: '/v2/clusters', idKey: 'clusterID', kind: 'cluster', optional: false },
];

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The ID of a deployment given by ID or by name. An ID is taken as it is, without a request; a name must be that of
 * exactly one deployment, or it rejects with `stage_deployment_missing` and tells the names there are.
 */
export async function resolveDeployment(
  lookup: DeploymentLookup,
  nameOrID: string,
  call: CallOptions,
): Promise<string> {
  if (UUID.test(nameOrID)) return nameOrID;
  const deployments = await listDeployments(lookup, call);
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

/** Everything the token can see that has a Stage: workspace groups and starter workspaces, or for v2 clusters. */
export async function listDeployments(
  lookup: DeploymentLookup,
  { signal }: CallOptions,
): Promise<readonly Deployment[]> {
  const transport = await createTransport(lookup);
  const query = organizationQuery(lookup.organizationID);
  try {
    const found: Deployment[] = [];
    for (const catalogue of lookup.generation === 'v2' ? V2 : V1)
      found.push(...(await readCatalogue(transport, catalogue, query, signal)));
    return found;
  } finally {
    await transport.close();
  }
}

async function readCatalogue(
  transport: Transport,
  { path, idKey, kind, optional }: Catalogue,
  query: string,
  signal: AbortSignal,
): Promise<Deployment[]> {
  const call: ApiCall = { operation: 'look_up', verb: 'list', path: `${kind.replace('_', ' ')}s` };
  const target = `${transport.basePath}${path}${query === '' ? '' : `?${query}`}`;
  const sent = transport.send({
    signal,
    verb: 'GET',
    target,
    headers: transport.authorize(),
  });
  let text: string;
  try {
    text = (await success(transport, call, sent, signal)).body.toString();
  } catch (error) {
    if (optional && isSyncError(error) && error.code === 'stage_not_found') return [];
    throw error;
  }
  const rows = parseRows(text);
  if (rows === undefined) throw badReply(call, 'is not a list', { text: transport.redact(text) });
  return rows.flatMap((row) => {
    const [id, name] = [row[idKey], row['name']];
    return typeof id === 'string' && id !== '' && typeof name === 'string' ? [{ id, name, kind }] : [];
  });
}

function parseRows(text: string): Record<string, unknown>[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return undefined;
    return value.filter((row): row is Record<string, unknown> => typeof row === 'object' && row !== null);
  } catch {
    return undefined;
  }
}

function namesOf(deployments: readonly Deployment[]): string {
  if (deployments.length === 0) return 'This API key sees no deployment at all.';
  const shown = deployments.slice(0, 20).map(({ name }) => printable(name));
  return `There are: ${shown.join(', ')}${deployments.length > shown.length ? ', …' : ''}.`;
}
