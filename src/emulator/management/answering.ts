import type { FastifyRequest } from 'fastify';
import type { Authorise } from '../http/bearer-check.ts';
import { Exchange } from '../http/exchange.ts';
import type { ExchangeContext } from '../http/exchange.ts';
import { readSmallBody } from '../http/receive-file.ts';
import { Refusal } from '../http/refusal.ts';
import type { RouteHandler } from '../http/server.ts';
import { decodePart } from '../stage/stage-path.ts';
import type { DataFolder } from '../storage/data-folder.ts';
import { Call } from './operation.ts';
import type { Operation } from './operation.ts';
import type { Flapping } from './world/flapping.ts';
import type { World } from './world/world.ts';

export interface ManagementContext extends ExchangeContext {
  readonly data: DataFolder;
  readonly world: World;
  readonly flapping: Flapping;
  readonly authorise: Authorise;
}

/** The steps of every request of the Management API: the token, the body, the faults, the change, and the reply. */
export const answering =
  (context: ManagementContext, operation: Operation): RouteHandler =>
  (request, reply) => {
    const [path = '', query = ''] = (request.raw.url ?? '').split('?', 2);
    const { area, operation: name } = operation;
    const kind = 'management' as const;
    const info = { kind, operation: { area, operation: name }, deployment: '', path };
    const exchange = new Exchange(context, request, reply, info);
    return exchange.run(async () => {
      context.authorise(request);
      const body = operation.method === 'GET' ? '' : await readSmallBody(request.raw);
      await exchange.ready();
      const result = carryOut(context, operation, { request, path, query, body });
      if (operation.method !== 'GET') {
        void context.data.blobs.collect();
        await exchange.committed();
      }
      if (operation.text !== undefined) await exchange.send(200, operation.text, String(result));
      else await exchange.sendJson(result === undefined ? '' : JSON.stringify(result));
    });
  };

interface Asked {
  readonly request: FastifyRequest;
  readonly path: string;
  readonly query: string;
  readonly body: string;
}

function carryOut(context: ManagementContext, operation: Operation, asked: Asked): unknown {
  const { world, flapping, behaviour, data } = context;
  const call = new Call({
    world,
    flapping,
    switches: behaviour.current,
    params: paramsOf(operation.path, asked.path),
    query: new URLSearchParams(asked.query),
    body: asked.body,
    endpoint: asked.request.headers.host ?? '',
    version: operation.path.startsWith('/v2/') ? 'v2' : 'v1',
  });
  if (operation.method !== 'GET') return data.database.transaction(() => operation.work(call));
  const result = operation.work(call);
  return operation.fields === true ? pick(result, call) : result;
}

function paramsOf(template: string, path: string): Record<string, string> {
  const segments = path.split('/');
  const named = template.split('/').flatMap((part, at) => {
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    return name === undefined ? [] : [[name, decodePart(segments[at] ?? '')] as const];
  });
  return Object.fromEntries(named);
}

/** The fields that `fields` in the query names, of an object or of each object of a list. */
function pick(result: unknown, { query, switches }: Call): unknown {
  const names = (query.get('fields') ?? '').split(',').filter((name) => name !== '');
  if (names.length === 0) return result;
  const rows = [result].flat() as Readonly<Record<string, unknown>>[];
  for (const name of names)
    if (switches.unknownFields !== 'ignore' && rows.length > 0 && !rows.some((row) => name in row))
      throw new Refusal(switches.unknownFields, `fields: there is no ${JSON.stringify(name)}`);
  const picked = rows.map((row) =>
    Object.fromEntries(names.flatMap((name) => (name in row ? [[name, row[name]] as const] : []))),
  );
  return Array.isArray(result) ? picked : picked[0];
}
