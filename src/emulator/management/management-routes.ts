import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { answering, fieldsOf, queryOf, type Answering, type ManagementContext } from './answering.ts';
import type { DataFolder } from '../storage/data-folder.ts';
import type { DeploymentRow } from './deployments.ts';
import {
  clusterOf,
  groupOf,
  ORGANIZATION,
  PROJECT,
  REGIONS,
  regionOf,
  starterOf,
  virtualClusterOf,
  withoutId,
} from './management-objects.ts';
import { Refusal } from '../http/refusal.ts';
import { decodePart, hasTrueParameter, parseDeploymentId } from '../stage/stage-path.ts';

/** A collection of deployments at one API version. */
interface Collection {
  readonly url: string;
  readonly kind: 'group' | 'starter';
  /** The ID's field in replies. */
  readonly idField: string;
  readonly show: (row: DeploymentRow) => object;
}

const COLLECTIONS: readonly Collection[] = [
  { url: '/v1/workspaceGroups', kind: 'group', idField: 'workspaceGroupID', show: groupOf },
  { url: '/v2/clusters', kind: 'group', idField: 'clusterID', show: clusterOf },
  {
    url: '/v1/sharedtier/virtualWorkspaces',
    kind: 'starter',
    idField: 'virtualWorkspaceID',
    show: starterOf,
  },
  {
    url: '/v2/sharedtier/virtualClusters',
    kind: 'starter',
    idField: 'virtualClusterID',
    show: virtualClusterOf,
  },
];

/** As much of the Management API as clients need to find, make and end the deployments that have a Stage. */
export function registerManagementRoutes(app: FastifyInstance, context: ManagementContext): void {
  const answer = answering(context);
  app.get(
    '/v2/projects',
    answer(() => [PROJECT]),
  );
  for (const version of ['/v1', '/v2']) {
    app.get(
      `${version}/regions`,
      answer(() => (version === '/v1' ? REGIONS : REGIONS.map(withoutId))),
    );
    app.get(
      `${version}/regions/sharedtier`,
      answer(() => REGIONS.map(withoutId)),
    );
    app.get(
      `${version}/organizations/current`,
      answer(() => ORGANIZATION),
    );
  }
  // A Stage needs no compute: groups have no workspaces here.
  app.get(
    '/v1/workspaces',
    answer(() => []),
  );
  for (const collection of COLLECTIONS) registerCollection(app, answer, context.data, collection);
}

function registerCollection(
  app: FastifyInstance,
  answer: Answering,
  { deployments, blobs }: DataFolder,
  { url, kind, idField, show }: Collection,
): void {
  const find = (request: FastifyRequest): DeploymentRow => {
    const id = parseDeploymentId(decodePart((request.params as { id: string }).id));
    const row = deployments.get(id);
    if (row === undefined || row.kind !== kind) throw new Refusal(404, `deployment ${id} not found`);
    return row;
  };
  app.get(
    url,
    answer((request) =>
      deployments.list(kind, hasTrueParameter(queryOf(request), 'includeTerminated')).map(show),
    ),
  );
  app.get(
    `${url}/:id`,
    answer((request) => show(find(request))),
  );
  app.post(
    url,
    answer((request) => {
      const { name, region, password } = creation(request.body as string);
      const row = deployments.create({ name, kind, region });
      // Stage's own API answers 500 for such conflicts.
      if (row === undefined)
        throw new Refusal(500, `a deployment named ${JSON.stringify(name)} already exists`);
      return {
        [idField]: row.id,
        ...(password === undefined && { adminPassword: randomBytes(12).toString('base64url') }),
      };
    }),
  );
  app.delete(
    `${url}/:id`,
    answer((request) => {
      const { id } = find(request);
      if (!deployments.terminate(id)) throw new Refusal(404, `deployment ${id} not found`);
      void blobs.collect();
      return { [idField]: id };
    }),
  );
}

function creation(body: string): { name: string; region: string; password: unknown } {
  const { name, regionID, region, provider, adminPassword } = fieldsOf(body);
  if (typeof name !== 'string' || name === '') throw new Refusal(400, 'name is required');
  const found = regionOf(regionID, region, provider);
  if (found === undefined) throw new Refusal(400, 'the region does not exist');
  return { name, region: found.regionID, password: adminPassword ?? undefined };
}
