import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stageCandidates, type Asking } from '../../../../src/cli/commands/completion/stage-names.ts';
import { readEnvironment } from '../../../../src/jobs/environment.ts';
import { createStageClient } from '../../../../src/stage/stage-client.ts';
import { useEmulators } from '../../../support/cli/emulators.ts';
import { fakeHost } from '../../../support/cli/fake-host.ts';
import { listenForStop } from '../../../../src/cli/process/stop-signals.ts';

const start = useEmulators();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagesync-completion-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function asking(env: Record<string, string>, withinMs = 60_000): Asking {
  const { host } = fakeHost();
  return {
    host,
    environment: readEnvironment({ XDG_STATE_HOME: folder, XDG_DATA_HOME: folder, ...env }, folder),
    stop: listenForStop(host, () => undefined),
    withinMs,
  };
}

test('deployments and names in a folder are asked for once, and remembered for their account alone', async () => {
  let requests = 0;
  const emulator = await start({ deployments: ['prod'], onLog: () => void requests++ });
  const { url: baseUrl, token, deployments } = emulator;
  const deployment = deployments.find(({ name }) => name === 'prod')!.id;
  const client = await createStageClient({ baseUrl, token, deployment });
  await client.createFolder('data/', { signal: new AbortController().signal });
  await client.close();
  const env = { SINGLESTOREDB_MANAGEMENT_BASE_URL: baseUrl, SINGLESTOREDB_MANAGEMENT_TOKEN: token };
  const look = async (text: string) => (await stageCandidates(asking(env), text)).map(({ value }) => value);
  for (let round = 0; round < 2; round++) {
    expect(await look('stage://')).toEqual(['stage://local/', 'stage://prod/']);
    expect(await look('stage://prod/d')).toEqual(['stage://prod/data/']);
  }
  const before = requests;
  await look('stage://prod/');
  expect(requests).toBe(before);
  const other = { ...env, SINGLESTOREDB_MANAGEMENT_TOKEN: 'another' };
  expect(await stageCandidates(asking(other), 'stage://prod/')).toEqual([]);
  const kept = join(folder, 'stagesync/completion');
  for (const name of await readdir(kept)) expect((await stat(join(kept, name))).mode & 0o077).toBe(0);
});

test('when the time is up, nothing is said, and nothing is asked any more', async () => {
  const emulator = await start({ deployments: ['prod'], faults: { latency: { all: 600_000 } } });
  const env = {
    SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
  };
  const context = asking(env, 50);
  expect(await stageCandidates(context, 'stage://prod/')).toEqual([]);
  expect(context.stop.draining.aborted).toBe(true);
});
