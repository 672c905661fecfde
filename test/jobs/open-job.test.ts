import { join } from 'node:path';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { createJob, type JobInput } from '../../src/jobs/create-job.ts';
import { readEnvironment } from '../../src/jobs/environment.ts';
import { openJob } from '../../src/jobs/open-job.ts';
import { authorityOf, surroundingsOf, type Surroundings } from '../../src/jobs/surroundings.ts';
import type { Destination } from '../../src/model/ports.ts';
import { Gates } from '../../src/remote/gate/gates.ts';
import { systemClock } from '../../src/sync/clock.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';
import { writeTree } from '../support/trees/trees.ts';

const quiet = { onEvent: () => undefined };

/** A directory `data` and a served Stage, and what a job between them runs in. */
async function prepared(around: Partial<Surroundings> = {}) {
  const folder = await temporaryFolder();
  await writeTree(join(folder, 'data'), { 'a.csv': 'a', 'b.csv': 'b' });
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  const { id } = emulator.deployments[0]!;
  const authority = { stage: { baseUrl: emulator.url, token: emulator.token }, s3: {} };
  const surroundings = surroundingsOf({
    environment: readEnvironment({ XDG_STATE_HOME: join(folder, 'state') }, folder),
    folder,
    command: 'a test',
    pid: process.pid,
    authority,
    ...around,
  });
  const job = (input: Partial<JobInput> = {}) =>
    createJob({ from: 'data', to: `stage://${id}/in`, ...input }, folder);
  return { folder, emulator, job, surroundings, authority };
}

test('a job is opened once for many passes', async () => {
  const { folder, job, surroundings } = await prepared();
  await using opened = new AsyncDisposableStack();
  const pair = await openJob(opened, job({ what: { removal: 'ours' } }), surroundings);
  expect((await pair.run(quiet)).report).toMatchObject({ uploaded: 2 });
  writeFileSync(join(folder, 'data/c.csv'), 'c');
  rmSync(join(folder, 'data/a.csv'));
  expect((await pair.run(quiet)).report).toMatchObject({ uploaded: 1, removed: 1, unchanged: 1 });
  expect((await pair.run({ ...quiet, scope: [''] })).report).toMatchObject({ uploaded: 0, unchanged: 2 });
});

test('a pair is held until what was opened is closed, and a refused job holds nothing', async () => {
  const { job, surroundings } = await prepared();
  const held = new AsyncDisposableStack();
  await openJob(held, job(), surroundings);
  const refused = new AsyncDisposableStack();
  await expect(openJob(refused, job(), surroundings)).rejects.toMatchObject({ code: 'locked' });
  await held.disposeAsync();
  await using again = new AsyncDisposableStack();
  const pair = await openJob(again, job(), surroundings);
  await refused.disposeAsync();
  expect((await pair.run(quiet)).report).toMatchObject({ uploaded: 2 });
});

test('whoever observes the destination sees every request to it', async () => {
  const { job, surroundings } = await prepared();
  const put: string[] = [];
  const observed = (destination: Destination): Destination => ({
    ...destination,
    put: (path, content, call) => {
      put.push(path);
      return destination.put(path, content, call);
    },
  });
  await using opened = new AsyncDisposableStack();
  await (await openJob(opened, job(), { ...surroundings, observed })).run(quiet);
  expect(put.sort()).toEqual(['in/a.csv', 'in/b.csv']);
});

test('jobs to one origin and account go through one gate, others through others', async () => {
  const asked: string[] = [];
  class Listening extends Gates {
    override of(origin: string, account: string) {
      asked.push(`${origin} ${account}`);
      return super.of(origin, account);
    }
  }
  const { job, surroundings, emulator } = await prepared({ gates: new Listening(systemClock) });
  const { id } = emulator.deployments[0]!;
  for (const to of [`stage://${id}/one`, `stage://${id}/two`]) {
    await using opened = new AsyncDisposableStack();
    await openJob(opened, job({ to }), surroundings);
  }
  expect(new Set(asked).size).toBe(1);
  expect(asked[0]).toContain(emulator.url);
  expect(asked[0]).not.toContain(emulator.token);
  await using opened = new AsyncDisposableStack();
  const authority = { ...surroundings.authority, stage: { baseUrl: emulator.url, token: 'another' } };
  await openJob(opened, job({ to: `stage://${id}/three` }), { ...surroundings, authority });
  expect(new Set(asked).size).toBe(2);
});

describe('a profile', () => {
  test('takes the place of the authority', async () => {
    const { job, surroundings, authority } = await prepared();
    const profiles = { production: authority };
    const wrong = { stage: { ...authority.stage, token: 'wrong' }, s3: {} };
    const around = { ...surroundings, authority: wrong, profiles };
    await using opened = new AsyncDisposableStack();
    const pair = await openJob(opened, job({ profile: 'production' }), around);
    expect(await pair.run(quiet)).toMatchObject({ error: undefined, report: { uploaded: 2 } });
  });

  test.each(['none', 'constructor', '__proto__'])('that nobody has is refused: %s', async (profile) => {
    const { job, surroundings, authority } = await prepared();
    const around = { ...surroundings, profiles: { production: authority } };
    expect(() => authorityOf(job({ profile }), around)).toThrow(/not among those.*there are: production/);
    expect(authorityOf(job(), around)).toBe(surroundings.authority);
  });
});
