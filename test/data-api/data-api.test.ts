import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { fixedSecret, type SecretSource } from '../../src/data-api/credentials.ts';
import { openDataApi, type DataApi } from '../../src/data-api/data-api.ts';
import { useToLook } from '../../src/jobs/ends/looking-gate.ts';
import { isSyncError, SyncError } from '../../src/model/errors.ts';
import { Gates } from '../../src/remote/gate/gates.ts';
import { createHurriedClock } from '../support/api/hurried-clock.ts';
import { type Answer, sendJson, sendText, startLoopbackServer } from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };
const PASSWORD = 'a-secret-pass:word';

interface Asked {
  readonly user?: string | undefined;
  readonly secret?: SecretSource;
  readonly beforeChange?: () => void;
}

async function openAt(
  url: string,
  { secret = fixedSecret(PASSWORD), beforeChange, ...who }: Asked = {},
): Promise<DataApi & AsyncDisposable> {
  const gate = useToLook(new Gates(createHurriedClock()).of('test', 'account'), {
    name: 'the database',
    concurrency: 4,
    draining: call.signal,
  });
  const user = 'user' in who ? who.user : 'ann';
  return openDataApi({ endpoint: new URL(url), credentials: { user, secret }, gate, beforeChange });
}

/** What a read and a change reject with where each request is answered so, and how many requests that took. */
async function failures(answer: Answer) {
  await using server = await startLoopbackServer(answer);
  await using api = await openAt(server.url);
  const statement = { sql: 'ALTER x', what: 'do this' };
  const read: unknown = await api.rows(statement, call).catch((error: unknown) => error);
  const reads = server.seen.length;
  const change: unknown = await api.execute(statement, call).catch((error: unknown) => error);
  return { read, reads, change, changes: server.seen.length - reads };
}

describe('a request', () => {
  test('has the statement, its arguments, the database and the login; rows have names in capitals', async () => {
    await using server = await startLoopbackServer((_, response) =>
      sendJson(response, { results: [{ rows: [{ n: 1, Name: 'x' }] }] }),
    );
    await using api = await openAt(server.url);
    const sql = 'SELECT ?';
    expect(await api.rows({ sql, args: ['x', 2], database: 'd', what: 'look' }, call)).toEqual([
      { N: 1, NAME: 'x' },
    ]);
    const [seen] = server.seen;
    expect(seen?.url).toBe('/api/v2/query/rows');
    expect(JSON.parse(seen!.body.toString())).toEqual({ sql, args: ['x', 2], database: 'd' });
    expect(seen?.headers.authorization).toBe(`Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}`);
  });

  test.each([undefined, 'ann'])('a JSON web token goes as one, with the user %j', async (user) => {
    await using server = await startLoopbackServer((_, response) =>
      sendJson(response, { results: [{ columns: [{ name: 'a', dataType: 'INT' }], rows: [[1]] }] }),
    );
    await using api = await openAt(server.url, { user, secret: fixedSecret('eyJhbGciOi.eyJzdWIi.c2ln') });
    expect(await api.tuples({ sql: 'SELECT 1 a', what: 'look' }, call)).toEqual({
      columns: [{ name: 'a', dataType: 'INT' }],
      rows: [[1]],
    });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer eyJhbGciOi.eyJzdWIi.c2ln');
  });

  test('that changes something is not sent by a process that leads no more; a question is', async () => {
    await using server = await startLoopbackServer((_, response) => sendJson(response, { results: [] }));
    const lost = new SyncError('lease_lost', 'another leads', { verdict: 'end_run' });
    const beforeChange = (): void => {
      throw lost;
    };
    await using api = await openAt(server.url, { beforeChange });
    const statement = { sql: 'ALTER x', what: 'do this' };
    await expect(api.execute(statement, call)).rejects.toBe(lost);
    expect(server.seen).toEqual([]);
    await api.rows(statement, call);
    expect(server.seen).toHaveLength(1);
  });

  test('of more than a megabyte is not sent', async () => {
    await using server = await startLoopbackServer((_, response) => sendJson(response, {}));
    await using api = await openAt(server.url);
    const statement = { sql: 'SELECT ?', args: ['x'.repeat(1_000_000)], what: 'look' };
    await expect(api.rows(statement, call)).rejects.toMatchObject({ code: 'database_rejected' });
    expect(server.seen).toEqual([]);
  });

  test('a password that was renewed is sent in its place', async () => {
    let now = 'old-password';
    const secret: SecretSource = {
      current: () => Promise.resolve(now),
      renew: (refused) => Promise.resolve(refused !== (now = 'new-password')),
    };
    await using server = await startLoopbackServer(({ headers }, response) =>
      headers.authorization?.endsWith(Buffer.from('ann:new-password').toString('base64')) === true
        ? sendJson(response, { rowsAffected: 3, lastInsertId: 0 })
        : sendText(response, 401, 'Unauthorized'),
    );
    await using api = await openAt(server.url, { secret });
    expect(await api.execute({ sql: 'x', what: 'change it' }, call)).toMatchObject({ rowsAffected: 3 });
    expect(server.seen.length).toBe(2);
  });
});

describe('what a refusal means', () => {
  const status =
    (code: number, text = 'no'): Answer =>
    (_, response) =>
      sendText(response, code, text);
  const inside =
    (code: number, message: string): Answer =>
    (_, response) =>
      sendJson(response, { results: [], error: { code, message } });

  test.each<[string, Answer, string, string | undefined]>([
    ['401', status(401), 'database_unauthorised', 'unauthorised'],
    ['403', status(403), 'database_unauthorised', 'unauthorised'],
    ['404', status(404), 'database_bad_reply', undefined],
    ['503', status(503, 'the workspace is not active'), 'database_suspended', 'out_of_reach'],
    ['400', status(400, "Unknown column 'x'"), 'database_rejected', 'refused'],
    ['400 with a number', status(400, "Error 1049: Unknown database 'x'"), 'database_missing', 'missing'],
    ['1045 inside a 200', inside(1045, 'Access denied'), 'database_unauthorised', 'unauthorised'],
    ['1142 inside a 200', inside(1142, 'SELECT command denied'), 'database_unauthorised', 'unauthorised'],
    ['1064 inside a 200', inside(1064, 'You have an error'), 'database_rejected', 'refused'],
  ])('%s, at once, for reads and changes', async (_, answer, code, fact) => {
    const { read, reads, change, changes } = await failures(answer);
    expect([read, change]).toEqual([
      expect.objectContaining({ code, fact, inDoubt: false }),
      expect.objectContaining({ code, fact, inDoubt: false }),
    ]);
    expect([reads, changes]).toEqual([1, 1]);
  });

  test.each<[string, Answer]>([
    ['500', status(500)],
    ['504', status(504)],
    ['408', status(408)],
    ['a connection that breaks', (_, response) => void response.destroy()],
  ])('%s: a read is sent again, a change is in doubt and is not', async (_, answer) => {
    const { read, reads, change, changes } = await failures(answer);
    expect(read).toMatchObject({ code: 'database_unreachable', inDoubt: false });
    expect(reads).toBeGreaterThan(1);
    expect(change).toMatchObject({ code: 'database_unreachable', inDoubt: true });
    expect((change as Error).message).toContain('Nobody knows whether it was done');
    expect(changes).toBe(1);
  });

  test.each<[string, Answer]>([
    ['no JSON', (_, response) => sendText(response, 200, '<html>')],
    ['a list', (_, response) => sendJson(response, [])],
    ['a redirect', (_, response) => void response.writeHead(302, { location: '/' }).end()],
  ])('%s is a bad reply', async (_, answer) => {
    const { read, change } = await failures(answer);
    expect(read).toMatchObject({ code: 'database_bad_reply' });
    expect(change).toMatchObject({ code: 'database_bad_reply', inDoubt: true });
  });

  test('a deadlock is tried again also for a change: nothing of it was done', async () => {
    let times = 0;
    await using server = await startLoopbackServer((_, response) =>
      sendJson(
        response,
        times++ === 0 ? { error: { code: 1213, message: 'Deadlock' } } : { rowsAffected: 1 },
      ),
    );
    await using api = await openAt(server.url);
    expect(await api.execute({ sql: 'x', what: 'do this' }, call)).toMatchObject({ rowsAffected: 1 });
  });

  test('nobody listens: out of reach, with the ways out', async () => {
    const server = await startLoopbackServer(() => undefined);
    await server[Symbol.asyncDispose]();
    await using api = await openAt(server.url);
    const error: unknown = await api
      .rows({ sql: 'x', what: 'look' }, call)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'database_unreachable', fact: 'out_of_reach', inDoubt: false });
    expect((error as Error).message).toContain('--resume');
  });

  test('the password is in no part of an error, though the server sends it back', async () => {
    const { read, change } = await failures(({ headers }, response) =>
      sendText(response, 400, `bad ${PASSWORD} and ${headers.authorization}`),
    );
    for (const error of [read, change]) {
      expect(isSyncError(error)).toBe(true);
      const shown = inspect(error, { depth: 20, showHidden: true });
      expect(shown).toContain('[password]');
      expect(shown).not.toContain(PASSWORD);
      expect(shown).not.toContain(Buffer.from(`ann:${PASSWORD}`).toString('base64'));
    }
  });

  test('an aborted signal ends a request with its reason', async () => {
    const stopping = new AbortController();
    await using server = await startLoopbackServer(() => stopping.abort(new Error('stopped')));
    await using api = await openAt(server.url);
    await expect(api.rows({ sql: 'x', what: 'look' }, stopping)).rejects.toThrow('stopped');
  });
});
