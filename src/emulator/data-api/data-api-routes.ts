import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { Exchange } from '../http/exchange.ts';
import type { ExchangeContext } from '../http/exchange.ts';
import { readSmallBody } from '../http/receive-file.ts';
import { Refusal } from '../http/refusal.ts';
import type { RouteHandler } from '../http/server.ts';
import type { World, WorkspaceNow } from '../management/world/world.ts';
import { logIn } from './login.ts';
import type { Login } from './login.ts';
import { answer } from './statements.ts';
import type { Answer, Session } from './statements.ts';

export interface DataApiContext extends ExchangeContext {
  readonly world: World;
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

/**
 * The Data API of all workspaces, at the address of the management plane: the login says which group is meant. It answers
 * what clients ask when they connect. There is no database behind it.
 */
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
    const login = logIn(request, context.world, context.isToken);
    const asked = readRequest(await readSmallBody(request.raw));
    await exchange.ready();
    const result = carryOut(context, login, asked);
    const { sqlErrors } = context.behaviour.current;
    if ('error' in result && sqlErrors === 'status') throw new Refusal(400, result.error.message);
    if ('creates' in result || 'drops' in result) await exchange.committed();
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
    return exchange.run(() => work(exchange, request));
  };
}

function readRequest(body: string): z.infer<typeof REQUEST> {
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
  const result = REQUEST.safeParse(fields);
  if (!result.success) throw new Refusal(400, 'the body must be an object with the text "sql"');
  return result.data;
}

function carryOut(context: DataApiContext, login: Login, asked: z.infer<typeof REQUEST>): Answer {
  const { world } = context;
  const database = asked.database ?? null;
  const session = { user: login.user, database, args: asked.args ?? [], now: world.clock.now() };
  if ('starter' in login) {
    const { databaseName } = login.starter.settings;
    return answerWithin(asked.sql, { ...session, databases: [databaseName] });
  }
  const workspace = activeWorkspace(context, login);
  const { resource } = workspace.group;
  const { databases } = resource.settings;
  return world.data.database.transaction(() => {
    world.used(workspace);
    world.queries.count(workspace.resource.id);
    const result = answerWithin(asked.sql, { ...session, databases });
    if ('creates' in result && result.creates !== undefined)
      world.resources.update(resource, { settings: { databases: [...databases, result.creates] } });
    if ('drops' in result)
      world.resources.update(resource, {
        settings: { databases: databases.filter((name) => name !== result.drops) },
      });
    return result;
  });
}

function answerWithin(sql: string, session: Session): Answer {
  const { database, databases } = session;
  if (database !== null && database !== 'information_schema' && !databases.includes(database))
    throw new Refusal(400, `Unknown database '${database}'`);
  return answer(sql, session);
}

/** Of a group's workspaces the first that is active and lets one in. */
function activeWorkspace(
  context: DataApiContext,
  login: Login & { group: WorkspaceNow['group'] },
): WorkspaceNow {
  const living = context.world.workspacesOf(login.group).filter(({ view }) => view.phase !== 'terminated');
  const found = living.find((workspace) => isReachable(context, workspace));
  if (found !== undefined) return found;
  throw living.length === 0
    ? new Refusal(404, 'the workspace group has no workspace')
    : new Refusal(503, 'the workspace is not active');
}

function isReachable({ world, behaviour }: DataApiContext, { view }: WorkspaceNow): boolean {
  const isActive = view.phase === 'active' || view.phase === 'changing';
  return isActive && world.clock.now() >= (view.activeSince ?? 0) + behaviour.current.endpointRefusesMs;
}

/** A ping names no workspace: it fails while one that is active does not let anybody in, and when none is active. */
function checkReachable(context: DataApiContext): void {
  const workspaces = context.world.groups().flatMap((group) => context.world.workspacesOf(group));
  const active = workspaces.filter(({ view }) => view.phase === 'active' || view.phase === 'changing');
  if (active.length === 0 || !active.every((workspace) => isReachable(context, workspace)))
    throw new Refusal(503, 'the workspace is not active');
}

function replyOf(result: Answer, form: Form): object {
  if ('error' in result) return { results: [], error: result.error };
  if (form === 'exec')
    return { lastInsertId: 0, rowsAffected: 'rowsAffected' in result ? result.rowsAffected : 0 };
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
