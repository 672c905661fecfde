import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/options.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { ManagementHttp } from '../../support/management/management-http.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Asks the endpoint that a workspace shows. */
class DataApi {
  readonly #emulator: Emulator;
  readonly #authorization: string;

  constructor(emulator: Emulator, authorization = basic('admin', emulator.token)) {
    this.#emulator = emulator;
    this.#authorization = authorization;
  }

  post(form: string, body: unknown) {
    return new StageHttp(this.#emulator, '').raw('POST', `${this.#emulator.url}/api/v2/${form}`, {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
    });
  }

  async rows(sql: string, args: readonly unknown[] = []): Promise<unknown> {
    const { results, error } = (await this.post('query/rows', { sql, args })).json<{
      results: { rows: unknown }[];
      error?: unknown;
    }>();
    return error ?? results[0]?.rows;
  }

  ping() {
    return new StageHttp(this.#emulator, '').raw('GET', `${this.#emulator.url}/ping`);
  }
}

describe('what clients ask on connecting', () => {
  test.each([
    ['SELECT 1', [], [{ 1: 1 }]],
    ['select 1 as one;', [], [{ one: 1 }]],
    ["SELECT 'it''s', NULL, -1.5", [], [{ "'it''s'": "it's", NULL: null, '-1.5': -1.5 }]],
    ['SELECT ? AS a, ? AS b', ['x', true], [{ a: 'x', b: true }]],
    ['SELECT @@memsql_version AS v, DATABASE() AS d', [], [{ v: '9.0.0', d: null }]],
    ['/* who */ SELECT CURRENT_USER() -- me', [], [{ 'CURRENT_USER()': 'admin@%' }]],
    ["SHOW VARIABLES LIKE 'time_z%'", [], [{ Variable_name: 'time_zone', Value: 'UTC' }]],
    [
      'SHOW DATABASES',
      [],
      ['cluster', 'demo', 'information_schema', 'memsql'].map((name) => ({ Database: name })),
    ],
    ['', [], { code: 1065, message: 'Query was empty' }],
    ['SELECT 1', ['too many'], { code: 1210, message: 'there are more arguments than placeholders' }],
    ['SELECT * FROM t', [], { code: 1046, message: 'No database selected' }],
    ['UPDATE t SET a = 1', [], { code: 1235, message: expect.stringContaining('CREATE PIPELINE') as string }],
    ['USE demo', [], { code: 1046, message: expect.stringContaining('no session') as string }],
  ])('%s', async (sql, args, expected) => {
    expect(await new DataApi(await start()).rows(sql, args)).toEqual(expected);
  });

  test('tuples tell their columns', async () => {
    const api = new DataApi(await start());
    const reply = await api.post('query/tuples', {
      sql: "SELECT 1 AS a, 'x' AS b, 0.5 AS c",
      database: 'demo',
    });
    expect(reply.json()).toEqual({
      results: [
        {
          columns: [
            { name: 'a', dataType: 'BIGINT', nullable: true },
            { name: 'b', dataType: 'VARCHAR', nullable: true },
            { name: 'c', dataType: 'DOUBLE', nullable: true },
          ],
          rows: [[1, 'x', 0.5]],
        },
      ],
    });
  });

  test('databases are made and dropped, for good', async () => {
    const emulator = await start();
    const api = new DataApi(emulator);
    const exec = async (sql: string) => (await api.post('exec', { sql })).json();
    expect(await exec('CREATE DATABASE mine')).toEqual({ lastInsertId: 0, rowsAffected: 1 });
    expect(await exec('create database if not exists mine')).toMatchObject({ rowsAffected: 0 });
    expect(await exec('CREATE DATABASE mine')).toMatchObject({ error: { code: 1007 } });
    expect(JSON.stringify(await api.rows('SHOW DATABASES'))).toContain('mine');
    expect((await api.post('exec', { sql: 'SET autocommit = 1', database: 'mine' })).status).toBe(200);
    await exec('DROP DATABASE mine');
    const unknown = await api.post('exec', { sql: 'SELECT 1', database: 'mine' });
    expect([unknown.status, unknown.text]).toEqual([400, "Unknown database 'mine'\n"]);
    expect(await exec('DROP DATABASE mine')).toMatchObject({ error: { code: 1008 } });
    expect(await exec('DROP DATABASE IF EXISTS mine')).toMatchObject({ rowsAffected: 0 });
  });
});

test('an error of SQL is within a reply of status 200, or is one of status 400', async () => {
  const emulator = await start();
  const api = new DataApi(emulator);
  const inside = await api.post('exec', { sql: 'DELETE FROM t' });
  expect([inside.status, inside.json()]).toMatchObject([200, { results: [], error: { code: 1235 } }]);
  emulator.behaviour.set({ sqlErrors: 'status' });
  const refused = await api.post('exec', { sql: 'DELETE FROM t' });
  expect([refused.status, refused.text]).toEqual([
    400,
    expect.stringContaining('does not carry out this statement; it knows SELECT, INSERT'),
  ]);
});

describe('who may ask', () => {
  test.each([
    ['nobody', ''],
    ['the wrong password', basic('admin', 'wrong')],
    ['another user', basic('root', 'token')],
    ['the wrong token', 'Bearer wrong'],
  ])('%s is answered 401', async (_who, authorization) => {
    const reply = await new DataApi(await start({ token: 'token' }), authorization).post('exec', { sql: '' });
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toMatch(/^Basic /);
  });

  test('the password of a group opens that group, and changes with it', async () => {
    const emulator = await start();
    const api = new ManagementHttp(emulator);
    const group = await api.makeGroup({ adminPassword: 'Password-1' });
    const data = new DataApi(emulator, basic('admin', 'Password-1'));
    expect((await data.post('exec', { sql: 'SELECT 1' })).status).toBe(404);
    await api.makeWorkspace(group);
    expect(await data.rows('SELECT 1')).toEqual([{ 1: 1 }]);
    expect(JSON.stringify(await data.rows('SHOW DATABASES'))).not.toContain('demo');
    expect(await new DataApi(emulator, 'Bearer Password-1').rows('SELECT 1')).toEqual([{ 1: 1 }]);
    await api.ok('PATCH', `/v1/workspaceGroups/${group}`, { adminPassword: 'Password-2' });
    expect((await data.post('exec', { sql: 'SELECT 1' })).status).toBe(401);
  });

  test('the user of a starter workspace sees its database', async () => {
    const emulator = await start();
    const api = new ManagementHttp(emulator);
    const url = '/v1/sharedtier/virtualWorkspaces';
    const made = await api.ok('POST', url, { name: 's', databaseName: 'its' });
    const starter = `${url}/${String(made['virtualWorkspaceID'])}`;
    await api.ok('POST', `${starter}/users`, { userName: 'u', password: 'Password-1' });
    const data = new DataApi(emulator, basic('u', 'Password-1'));
    expect(JSON.stringify(await data.rows('SHOW DATABASES'))).toContain('its');
    await api.ok('DELETE', starter);
    expect((await data.post('exec', { sql: 'SELECT 1' })).status).toBe(401);
  });

  test.each(['not json', '{}', '{"sql": 1}', '[]'])('the body %s is refused', async (body) => {
    expect((await new DataApi(await start()).post('exec', body)).status).toBe(400);
  });
});

describe('a workspace', () => {
  test('that is suspended answers 503, and 200 when it was resumed', async () => {
    const emulator = await start();
    const api = new ManagementHttp(emulator);
    const data = new DataApi(emulator);
    const group = emulator.deployments[0]!.id;
    const [workspace] = await api.list(`/v1/workspaces?workspaceGroupID=${group}`);
    const url = `/v1/workspaces/${String(workspace!['workspaceID'])}`;
    const ping = await data.ping();
    expect([ping.status, ping.text]).toEqual([200, 'pong']);
    await api.ok('POST', `${url}/suspend`);
    api.advance(1000);
    expect((await data.post('exec', { sql: 'SELECT 1' })).status).toBe(503);
    expect((await data.ping()).status).toBe(503);
    await api.ok('POST', `${url}/resume`);
    api.advance(1000);
    expect((await data.post('exec', { sql: 'SELECT 1' })).status).toBe(200);
  });

  test('refuses for a while after it is active', async () => {
    const emulator = await start({ behaviour: { endpointRefusesMs: 5000 } });
    const api = new ManagementHttp(emulator);
    const group = await api.makeGroup({ adminPassword: 'Password-1' });
    await api.makeWorkspace(group);
    const data = new DataApi(emulator, basic('admin', 'Password-1'));
    expect((await data.post('exec', { sql: 'SELECT 1' })).status).toBe(503);
    expect((await data.ping()).status).toBe(503);
    api.advance(5000);
    expect((await data.post('exec', { sql: 'SELECT 1' })).status).toBe(200);
    expect((await data.ping()).status).toBe(200);
  });

  test('is not suspended for idleness while queries come', async () => {
    const emulator = await start();
    const api = new ManagementHttp(emulator);
    const group = await api.makeGroup({ adminPassword: 'Password-1' });
    const autoSuspend = { suspendType: 'IDLE', suspendAfterSeconds: 60 };
    const id = await api.makeWorkspace(group, { autoSuspend });
    const data = new DataApi(emulator, basic('admin', 'Password-1'));
    for (let i = 0; i < 5; i++) {
      api.advance(50_000);
      expect((await data.post('exec', { sql: 'SELECT 1' })).status).toBe(200);
    }
    api.advance(60_000);
    expect(await api.stateOf(id)).toBe('SUSPENDED');
    expect((await data.post('exec', { sql: 'SELECT 1' })).status).toBe(503);
  });
});
