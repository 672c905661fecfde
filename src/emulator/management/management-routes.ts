import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authorise } from '../http/bearer-check.ts';
import type { DataFolder } from '../storage/data-folder.ts';
import type { DeploymentRow } from './deployments.ts';
import { Exchange } from '../http/exchange.ts';
import type { ExchangeContext } from '../http/exchange.ts';
import {
  clusterOf,
  groupOf,
  ORGANIZATION,
  REGIONS,
  regionOf,
  starterOf,
  virtualClusterOf,
} from './management-objects.ts';
import { Refusal } from '../http/refusal.ts';
import { decodePart, hasTrueParameter, parseDeploymentId } from '../stage/stage-path.ts';
import { readSmallBody } from '../http/receive-file.ts';

export interface ManagementContext extends ExchangeContext {
  readonly data: DataFolder;
  readonly authorise: Authorise;
}

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
  const { deployments } = context.data;
  const answer =
    (work: (request: FastifyRequest) => unknown) =>
    (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const [path = ''] = (request.raw.url ?? '').split('?', 1);
      const exchange = new Exchange(context, request, reply, { kind: 'management', deployment: '', path });
      return exchange.run(async () => {
        context.authorise(request);
        const body = request.method === 'POST' ? await readSmallBody(request.raw) : '';
        await exchange.ready();
        const result = work(Object.assign(request, { body }));
        if (request.method !== 'GET') await exchange.committed();
        await exchange.sendJson(JSON.stringify(result));
      });
    };

  for (const version of ['/v1', '/v2']) {
    app.get(
      `${version}/regions`,
      answer(() => REGIONS),
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
  for (const { url, kind, idField, show } of COLLECTIONS) {
    const find = (request: FastifyRequest): DeploymentRow => {
      const id = parseDeploymentId(decodePart((request.params as { id: string }).id));
      const row = deployments.get(id);
      if (row === undefined || row.kind !== kind) throw new Refusal(404, `deployment ${id} not found`);
      return row;
    };
    app.get(
      url,
      answer((request) => {
        const [, query = ''] = (request.raw.url ?? '').split('?', 2);
        return deployments.list(kind, hasTrueParameter(query, 'includeTerminated')).map(show);
      }),
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
        void context.data.blobs.collect();
        return { [idField]: id };
      }),
    );
  }
}

function creation(body: string): { name: string; region: string; password: unknown } {
  let fields: Record<string, unknown>;
  try {
    fields = Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    throw new Refusal(400, 'the body must be a JSON object');
  }
  const { name, regionID, region, provider, adminPassword } = fields;
  if (typeof name !== 'string' || name === '') throw new Refusal(400, 'name is required');
  const found = regionOf(regionID, region, provider);
  if (found === undefined) throw new Refusal(400, 'the region does not exist');
  return { name, region: found.regionID, password: adminPassword ?? undefined };
}
