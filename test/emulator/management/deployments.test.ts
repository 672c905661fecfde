import { describe, expect, test } from 'vitest';
import { deploymentIdOf } from '../../../src/emulator/management/deployments.ts';
import { LOCAL_DEPLOYMENT } from '../../../src/emulator/options.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();
const ONE = '11111111-2222-4333-8444-555555555555';
const TWO = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';

describe('deployments', () => {
  test('without any asked for there is one named local, with the same ID everywhere', async () => {
    const emulator = await start();
    expect(emulator.deployments).toEqual([LOCAL_DEPLOYMENT]);
    expect(LOCAL_DEPLOYMENT.id).toBe(deploymentIdOf('local'));
  });

  test('are given as IDs, names or both, and each has a Stage of its own', async () => {
    const emulator = await start({ deployments: [ONE, 'by-name', { id: TWO.toUpperCase(), name: 'both' }] });
    const named = { id: deploymentIdOf('by-name'), name: 'by-name' };
    expect(emulator.deployments).toEqual([{ id: ONE, name: ONE }, named, { id: TWO, name: 'both' }]);
    for (const { id } of emulator.deployments)
      await new StageHttp(emulator, `/v1/stage/${id}/fs/`).put(id, 'x');
    for (const { id } of emulator.deployments)
      expect(await new StageHttp(emulator, `/v1/stage/${id}/fs/`).names('')).toEqual([id]);
  });

  test('with an ID that is not a UUID the start is refused', async () => {
    await expect(start({ deployments: [{ id: 'nonsense' }] })).rejects.toThrow('"nonsense" is not a UUID');
  });

  test('answer under all three generations of URLs, in any case of their ID', async () => {
    const emulator = await start({ deployments: [TWO] });
    const prefixes = [
      `/v1/stage/${TWO}/fs/`,
      `/v2/clusters/${TWO}/stage/fs/`,
      `/v1/stages/${TWO}/fs/`,
      `/v1/stage/${TWO.toUpperCase()}/fs/`,
    ];
    for (const [i, prefix] of prefixes.entries()) {
      const stage = new StageHttp(emulator, prefix);
      await stage.makeFolder(`d${i}/`);
      await stage.put(`d${i}%2Ff`, 'x');
      expect(await stage.names(`d${i}/`)).toEqual(['f']);
      expect((await stage.download(`d${i}/f`)).text).toBe('x');
      expect((await stage.move(`d${i}/f`, `f${i}`)).status).toBe(200);
    }
    expect(await new StageHttp(emulator).names('')).toEqual([
      ...prefixes.map((_, i) => `d${i}/`),
      ...prefixes.map((_, i) => `f${i}`),
    ]);
  });

  test('that do not exist are 404, malformed IDs 400 with the parser’s words', async () => {
    const emulator = await start();
    const answer = async (id: string) => {
      const { status, text } = await new StageHttp(emulator, `/v1/stage/${id}/fs/`).list('');
      return [status, text];
    };
    expect(await answer(ONE)).toEqual([404, `deployment ${ONE} not found\n`]);
    expect(await answer('nope')).toEqual([400, 'uuid: incorrect UUID length 4 in string "nope"\n']);
    const wrong = 'z'.repeat(36);
    expect(await answer(wrong)).toEqual([400, `uuid: incorrect UUID format in string "${wrong}"\n`]);
  });

  test('are made on demand when asked for', async () => {
    const emulator = await start({ autoCreate: true });
    await new StageHttp(emulator, `/v1/stage/${ONE}/fs/`).put('f', 'x');
    expect(emulator.deployments.map(({ id }) => id)).toEqual([LOCAL_DEPLOYMENT.id, ONE]);
  });

  test('of an earlier run stay in the data folder', async () => {
    const dataDir = await temporaryFolder();
    const before = await start({ dataDir });
    await new StageHttp(before).put('f', 'x');
    await before.close();
    const after = await start({ dataDir, deployments: [ONE] });
    expect(after.deployments.map(({ id }) => id)).toEqual([LOCAL_DEPLOYMENT.id, ONE]);
    expect(await new StageHttp(after).names('')).toEqual(['f']);
  });
});

describe('the bearer token', () => {
  test.each([undefined, 'Bearer wrong', 'Bearer ', 'Basic dDp0'])(
    '%s is answered 401',
    async (authorization) => {
      const emulator = await start();
      const stage = new StageHttp(emulator);
      for (const path of [stage.prefix, '/v1/workspaceGroups', '/_emulator/counters']) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        const reply = await stage.raw('GET', emulator.url + path, { headers });
        expect([path, reply.status]).toEqual([path, 401]);
        expect(reply.text).toMatch(/^Unauthorized: /);
        expect(reply.headers['content-type']).toMatch('text/plain');
      }
    },
  );

  test('is the one that was given, or a new one each time', async () => {
    expect((await start({ token: 'mine' })).token).toBe('mine');
    const [one, two] = [await start(), await start()];
    expect(one.token).not.toBe(two.token);
  });
});

test('what is no route is 404, in words', async () => {
  const stage = new StageHttp(await start());
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/v2/workspaceGroups'],
    ['HEAD', stage.prefix],
    ['POST', stage.prefix],
  ] as const) {
    const reply = await stage.api(method, path);
    expect([method, path, reply.status]).toEqual([method, path, 404]);
    if (method !== 'HEAD') expect(reply.text).toBe('404 page not found\n');
  }
});
