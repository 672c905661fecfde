import type { ServerResponse } from 'node:http';
import {
  type LoopbackServer,
  type SeenRequest,
  sendJson,
  sendText,
  startLoopbackServer,
} from '../network/loopback-server.ts';

type Row = Record<string, unknown>;
type Body = Record<string, unknown>;

/** A refusal in place of a change. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/**
 * A management plane of a few rows and no rules of its own, for what becomes of changes whose replies are lost. It makes
 * the change and then ends the connection, or shows its lists as they were some looks ago.
 */
export interface SmallPlane extends AsyncDisposable {
  readonly url: string;
  readonly seen: LoopbackServer['seen'];
  /** Requests that change something: 'POST /v1/workspaces'. */
  changes(): string[];
  /** The bodies of those. */
  bodies(): unknown[];
  readonly workspaces: Map<string, Row>;
  readonly groups: Map<string, Row>;
  readonly connections: Map<string, Row>;
  /** The replies to so many changes, once they are made, do not arrive. */
  lose: number;
  /** In place of the next changes, in order; undefined: the change is made. */
  refuse: (Refusal | undefined)[];
  /** After a change, so many looks show the rows as they were before. */
  lagFor: number;
}

const ID = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const GROUP = ID(1);
export const WORKSPACE = ID(2);
export const CONNECTION = ID(3);

interface Kind {
  readonly rows: Map<string, Row>;
  readonly idKey: string;
  readonly made: Row;
}

export async function startSmallPlane(): Promise<SmallPlane> {
  const groups = new Map([[GROUP, row('workspaceGroupID', GROUP, { name: 'group', firewallRanges: [] })]]);
  const workspaces = new Map([
    [WORKSPACE, row('workspaceID', WORKSPACE, { workspaceGroupID: GROUP, name: 'etl', size: 'S-00' })],
  ]);
  const connections = new Map([
    [CONNECTION, { privateConnectionID: CONNECTION, workspaceGroupID: GROUP, status: 'ACTIVE' } as Row],
  ]);
  const kinds: Readonly<Record<string, Kind>> = {
    workspaceGroups: { rows: groups, idKey: 'workspaceGroupID', made: { state: 'PENDING' } },
    workspaces: { rows: workspaces, idKey: 'workspaceID', made: { state: 'PENDING' } },
    privateConnections: { rows: connections, idKey: 'privateConnectionID', made: { status: 'PENDING' } },
  };
  let next = 10;
  let old: ReadonlyMap<Kind, readonly Row[]> = new Map();
  let oldLooks = 0;
  const server = await startLoopbackServer((request, response) => {
    if (request.method === 'GET') show(request, response);
    else change(request, response);
  });

  const rowsOf = (kind: Kind): readonly Row[] => {
    const rows = oldLooks > 0 ? old.get(kind) : undefined;
    if (rows !== undefined) oldLooks--;
    return rows ?? [...kind.rows.values()];
  };

  function show({ url }: SeenRequest, response: ServerResponse): void {
    const [, name = '', id, rest] = placeOf(url);
    const kind = kinds[rest ?? name];
    if (kind === undefined) return sendText(response, 404, 'no such thing');
    const rows = rowsOf(kind);
    if (id === undefined || rest !== undefined) return sendJson(response, rows);
    const found = rows.find((each) => each[kind.idKey] === id);
    return found === undefined ? sendText(response, 404, 'not found') : sendJson(response, found);
  }

  function change(request: SeenRequest, response: ServerResponse): void {
    const refusal = plane.refuse.shift();
    if (refusal !== undefined) return sendText(response, refusal.status, refusal.text);
    const [, name = '', id, verb] = placeOf(request.url);
    const kind = kinds[name];
    const text = request.body.toString();
    const body = text === '' ? {} : (JSON.parse(text) as Body);
    if (kind === undefined) return sendText(response, 404, 'no such thing');
    if (verb === 'storage') return sendText(response, 200, '');
    const before = new Map(Object.values(kinds).map((each) => [each, [...each.rows.values()]]));
    const made = make(kind, { method: request.method, id, verb, body });
    if (typeof made !== 'string') return sendText(response, made.status, made.text);
    old = before;
    oldLooks = plane.lagFor;
    if (plane.lose > 0) {
      plane.lose--;
      response.socket?.destroy();
      return;
    }
    sendJson(response, { [kind.idKey]: made });
  }

  function make(
    { rows, idKey, made }: Kind,
    {
      method,
      id,
      verb,
      body,
    }: { method: string; id: string | undefined; verb: string | undefined; body: Body },
  ): string | Refusal {
    if (id === undefined) {
      const newID = ID(next++);
      const taken =
        body['name'] !== undefined && [...rows.values()].some((each) => each['name'] === body['name']);
      if (taken) return { status: 500, text: `${String(body['name'])} already exists` };
      rows.set(newID, { [idKey]: newID, ...made, ...body });
      return newID;
    }
    const known = rows.get(id);
    if (known === undefined || known['state'] === 'TERMINATED') return { status: 404, text: 'not found' };
    if (method === 'DELETE') rows.set(id, { ...known, state: 'TERMINATED' });
    else if (verb === undefined) rows.set(id, { ...known, ...body });
    else {
      const target = verb === 'suspend' ? 'SUSPENDED' : 'ACTIVE';
      if (known['state'] === target) return { status: 400, text: `it is ${target} already` };
      rows.set(id, { ...known, state: target });
    }
    return id;
  }

  const plane: SmallPlane = {
    url: server.url,
    seen: server.seen,
    changes: () => changesIn(server.seen).map(({ method, url }) => `${method} ${url}`),
    bodies: () => changesIn(server.seen).map(({ body }) => JSON.parse(body.toString() || 'null') as unknown),
    workspaces,
    groups,
    connections,
    lose: 0,
    refuse: [],
    lagFor: 0,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return plane;
}

const row = (idKey: string, id: string, more: Row): Row => ({ [idKey]: id, state: 'ACTIVE', ...more });

const placeOf = (url: string): readonly string[] => (url.split('?')[0] ?? '').split('/').slice(1);

const changesIn = (seen: readonly SeenRequest[]): readonly SeenRequest[] =>
  seen.filter(({ method }) => method !== 'GET');
