import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { watchJob } from '../../src/daemon/watch-job.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { createJob } from '../../src/jobs/create-job.ts';
import { readEnvironment } from '../../src/jobs/environment.ts';
import { openJob } from '../../src/jobs/open-job.ts';
import { surroundingsOf } from '../../src/jobs/surroundings.ts';
import type { WatchEvent } from '../../src/sync/watch/watch-events.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';
import { writeTree } from '../support/trees/trees.ts';

test('an open job is kept in step, as its own settings say, until its surroundings say stop', async () => {
  const folder = await temporaryFolder();
  await writeTree(join(folder, 'data'), { 'a.csv': 'a' });
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  const stop = new AbortController();
  const around = surroundingsOf({
    environment: readEnvironment({ XDG_STATE_HOME: join(folder, 'state') }, folder),
    folder,
    command: 'a test',
    pid: process.pid,
    authority: { stage: { baseUrl: emulator.url, token: emulator.token }, s3: {} },
    draining: stop.signal,
  });
  const to = `stage://${emulator.deployments[0]!.id}/in`;
  const job = createJob({ from: 'data', to, when: { poll: 1, settle: 1 } }, folder);
  await using opened = new AsyncDisposableStack();
  const pair = await openJob(opened, job, around);
  const uploaded: number[] = [];
  const onEvent = (event: WatchEvent): void => {
    if (event.type !== 'pass') return;
    uploaded.push(event.report.uploaded);
    // after the first look at everything; found by the next, for nothing is watched
    if (uploaded.length === 1) writeFileSync(join(folder, 'data/b.csv'), 'bb');
    if (uploaded.length > 1 && event.report.uploaded > 0) stop.abort();
  };
  const loop = watchJob(pair, around, onEvent);
  await loop.run();
  expect(loop.status).toMatchObject({ state: 'stopping', mode: 'polling' });
  expect(uploaded[0]).toBe(1);
  expect(uploaded.slice(1).reduce((a, b) => a + b)).toBe(1);
  expect(pair.ledger.get('b.csv')).toBeDefined();
});
