import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { Exchange } from '../http/exchange.ts';
import type { ExchangeContext } from '../http/exchange.ts';
import { readSmallBody } from '../http/receive-file.ts';
import { Refusal } from '../http/refusal.ts';
import type { RouteHandler } from '../http/server.ts';
import { carryOut } from './carry-out.ts';
import type { Asked, CarryOutContext, Outcome } from './carry-out.ts';
import { checkReachable } from './database-owners.ts';
import { logIn } from './login.ts';

export interface DataApiContext extends ExchangeContext, CarryOutContext {
  readonly behaviour: ExchangeContext['behaviour'];
  readonly isToken: (text: string) => boolean;
}

const STATEMENTS = {
  exec: '/api/v2/exec',
  rows: '/api/v2/query/rows',
  tuples: '/api/v2/query/tuples',
} as const;
type Form = keyof typeof STATEMENTS;

export interface DataApiRoute {
  readonly verb: string;
  readonly path: string;
  readonly handler: RouteHandler;
}

const REQUEST = z.object({
  sql: z.string(),
  args: z.array(z.unknown()).nullish(),
  database: z.string().nullish(),
});

/** The Data API of all workspaces, at the address of the management plane: the login says which group is meant. */
export function dataApiHandlers(context: DataApiContext): readonly DataApiRoute[] {
  const statements = Object.entries(STATEMENTS) as [Form, string][];
  const pong = exchanging(context, 'ping', async (exchange) => {
    await exchange.ready();
    checkReachable(context);
    await exchange.send(200, 'text/plain; charset=utf-8', 'pong');
  });
  return [
    ...statements.map(([form, path]) => ({ verb: 'POST', path, handler: executing(context, form) })),
    ...['/ping', '/api/v2/ping'].map((path) => ({ verb: 'GET', path, handler: pong })),
  ];
}

const executing = (context: DataApiContext, form: Form): RouteHandler =>
  exchanging(context, form, async (exchange, request) => {
    const body = await readSmallBody(request.raw);
    exchange.asks(sqlOf(body));
    const login = logIn(request, context.world, context.isToken);
    const asked = readRequest(body);
    await exchange.ready();
    const result = await carryOut(context, login, asked);
    const { sqlErrors } = context.behaviour.current;
    if ('error' in result && sqlErrors === 'status') throw new Refusal(400, result.error.message);
    if ('isChange' in result && result.isChange) await exchange.committed();
    await exchange.sendJson(JSON.stringify(replyOf(result, form)));
  });

function exchanging(
  context: DataApiContext,
  operation: Form | 'ping',
  work: (exchange: Exchange, request: FastifyRequest) => Promise<void>,
): RouteHandler {
  return (request, reply) => {
    const [path = ''] = (request.raw.url ?? '').split('?', 1);
    const info = {
      kind: 'management',
      operation: { area: 'dataApi', operation },
      deployment: '',
      path,
    } as const;
    const exchange = new Exchange(context, request, reply, info);
    return exchange.run(() => work(exchange, request), { bySql: operation !== 'ping' });
  };
}

/** '' where a body has no statement. */
function sqlOf(body: string): string {
  try {
    const { sql } = JSON.parse(body) as { sql?: unknown };
    return typeof sql === 'string' ? sql.trim() : '';
  } catch {
    return '';
  }
}

function readRequest(body: string): Asked {
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
  const result = REQUEST.safeParse(fields);
  if (!result.success) throw new Refusal(400, 'the body must be an object with the text "sql"');
  const { sql, args, database } = result.data;
  return { sql, args: args ?? [], database: database ?? null };
}

function replyOf(result: Outcome, form: Form): object {
  if ('error' in result) return { results: [], error: result.error };
  if (form === 'exec') return execReply(result);
  if (!('columns' in result)) return { results: [] };
  const { columns, rows } = result;
  if (form === 'tuples')
    return { results: [{ columns: columns.map((each) => ({ ...each, nullable: true })), rows }] };
  const names = columns.map(({ name }) => name);
  return {
    results: [
      { rows: rows.map((row) => Object.fromEntries(row.map((value, at) => [names[at] ?? '', value]))) },
    ],
  };
}

function execReply(result: Outcome): object {
  if (!('rowsAffected' in result)) return { lastInsertId: 0, rowsAffected: 0 };
  return {
    lastInsertId: ('lastInsertId' in result ? result.lastInsertId : undefined) ?? 0,
    rowsAffected: result.rowsAffected,
  };
}
