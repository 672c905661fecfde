import { expect, test } from 'vitest';
import { listRegions } from '../../src/api/resources/regions.ts';
import { openApi } from '../../src/jobs/ends/open-api.ts';
import { readEnvironment } from '../../src/jobs/environment.ts';
import { surroundingsOf } from '../../src/jobs/surroundings.ts';
import { Gates } from '../../src/remote/gate/gates.ts';
import { systemClock } from '../../src/sync/clock.ts';
import { useEmulators } from '../support/cli/emulators.ts';

const start = useEmulators();

const around = (env: Readonly<Record<string, string>>) =>
  surroundingsOf({
    environment: readEnvironment(env, '/'),
    folder: '/',
    command: 'a test',
    pid: process.pid,
    gates: new Gates(systemClock),
  });

test('a resource of the API is asked for through the gate, which tries again', async () => {
  const emulator = await start({
    faults: { rules: [{ kind: 'management', fault: 'status', status: 503, times: 1 }] },
  });
  const surroundings = around({
    SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
    SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
  });
  await using api = await openApi(surroundings, { concurrency: 1 });
  const regions = await api.ask({ operation: 'look_up', path: 'the regions' }, listRegions);
  expect(regions).toContainEqual(expect.objectContaining({ provider: 'AWS', regionName: 'us-east-1' }));
  expect(api.connection.requests).toMatchObject({ GET: 2 });
});

test('without a token it is not opened', async () => {
  await expect(openApi(around({}), { concurrency: 1 })).rejects.toMatchObject({ code: 'config' });
});

test('two spellings of one address lead through one gate, other accounts through others', async () => {
  const surroundings = around({});
  const gateOf = async (baseUrl: string, token: string) => {
    const authority = { stage: { baseUrl, token }, s3: {} };
    await using api = await openApi({ ...surroundings, authority }, { concurrency: 1 });
    return api.gate;
  };
  const gate = await gateOf('https://api.test', 'a');
  expect(await gateOf('https://API.test:443/', 'a')).toBe(gate);
  expect(await gateOf('https://api.test', 'b')).not.toBe(gate);
  expect(await gateOf('https://api.test:8443', 'a')).not.toBe(gate);
});
