import { expect, onTestFinished, test } from 'vitest';
import { collectAtRest } from '../../../src/daemon/supervision/collect-at-rest.ts';
import type { JobState } from '../../../src/daemon/view/daemon-view.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';
import { endedRun } from '../../support/engine/runs.ts';
import { jobView } from '../../support/page/imitated-daemon.ts';
import { fileOf, named, supervised } from '../../support/daemon/supervised.ts';

test('garbage is collected once all runs are over, and not again before another has run, some minutes later', async () => {
  const { clock, supervisor, last, hint } = supervised(
    fileOf(named('a', { watch: true }), named('b', { watch: true })),
  );
  const until = new AbortController();
  onTestFinished(() => until.abort());
  let collected = 0;
  void collectAtRest(supervisor, { clock, until: until.signal, collect: () => collected++ });
  await clock.pass(0);
  last('a').end();
  await clock.pass(60_000);
  expect(collected).toBe(0);
  last('b').end();
  await clock.pass(10_000);
  expect(collected).toBe(1);
  await clock.pass(600_000);
  expect(collected).toBe(1);
  hint('a', 'x/');
  await clock.pass(2000);
  last('a').end();
  await clock.pass(10_000);
  expect(collected).toBe(2);
});

test('a moment in which nothing runs, but a job is about to, is no rest', async () => {
  const clock = createManualClock();
  const until = new AbortController();
  onTestFinished(() => until.abort());
  let collected = 0;
  const lastRun = endedRun({ endedMs: 5 });
  let state: JobState = 'queued';
  const view = () => ({ jobs: [jobView('a', { lastRun }), jobView('b', { state })] });
  void collectAtRest({ view }, { clock, until: until.signal, collect: () => collected++ });
  await clock.pass(60_000);
  expect(collected).toBe(0);
  state = 'idle';
  await clock.pass(10_000);
  expect(collected).toBe(1);
});
