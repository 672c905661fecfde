import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authorise } from '../http/bearer-check.ts';
import { Exchange } from '../http/exchange.ts';
import type { ExchangeContext } from '../http/exchange.ts';
import { readSmallBody } from '../http/receive-file.ts';
import { Refusal } from '../http/refusal.ts';
import type { DataFolder } from '../storage/data-folder.ts';

export interface ManagementContext extends ExchangeContext {
  readonly data: DataFolder;
  readonly authorise: Authorise;
}

/**
 * Makes the handler of a route from its `work`, which finds the body as text in `request.body` and returns the JSON
 * reply.
 */
export type Answering = (
  work: (request: FastifyRequest) => unknown,
) => (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** The steps of every request of the Management API: the token, the faults, the body, and the reply. */
export const answering =
  (context: ManagementContext): Answering =>
  (work) =>
  (request, reply) => {
    const [path = ''] = (request.raw.url ?? '').split('?', 1);
    const exchange = new Exchange(context, request, reply, { kind: 'management', deployment: '', path });
    return exchange.run(async () => {
      context.authorise(request);
      const mayHaveBody = request.method === 'POST' || request.method === 'PATCH' || request.method === 'PUT';
      const body = mayHaveBody ? await readSmallBody(request.raw) : '';
      await exchange.ready();
      const result = work(Object.assign(request, { body }));
      if (request.method !== 'GET') await exchange.committed();
      await exchange.sendJson(JSON.stringify(result));
    });
  };

/** The fields of a JSON body. A field that is null counts as absent: some clients send all fields that they know. */
export function fieldsOf(body: string): Record<string, unknown> {
  try {
    const fields = Object(JSON.parse(body)) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  } catch {
    throw new Refusal(400, 'the body must be a JSON object');
  }
}

/** What follows the question mark. */
export function queryOf(request: FastifyRequest): string {
  const [, query = ''] = (request.raw.url ?? '').split('?', 2);
  return query;
}
