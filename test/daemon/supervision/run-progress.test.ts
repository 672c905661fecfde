import { expect, test } from 'vitest';
import { RunProgress } from '../../../src/daemon/supervision/runs/run-progress.ts';
import type { SyncEvent } from '../../../src/model/events.ts';

const WORKERS: SyncEvent = {
  type: 'workers',
  batches: 0,
  requests: 0,
  redelivered: 0,
  duplicates: 0,
  reshipped: 0,
  files: 2,
  bytes: 30,
  waiting: 1,
  active: 0,
  answered: 0,
};

const uploaded = (path: string, bytes: number): SyncEvent => ({
  type: 'action',
  kind: 'upload',
  path,
  reason: 'new',
  bytes,
  ms: 1,
  outcome: 'done',
});

const progress = () => new RunProgress({ id: 'r', cause: 'command', startedMs: 0 }, () => 0);

test('what workers send counts once it is there; what is sent here counts as it goes', () => {
  const run = progress();
  run.onEvent(WORKERS);
  run.onEvent(uploaded('a', 10));
  expect(run.view).toMatchObject({ sentBytes: 10, uploaded: 1, workers: { files: 2, bytes: 30 } });
  run.onEvent({ type: 'transfer', path: 'b', bytes: 20, sent: 20, size: 20 });
  run.onEvent(uploaded('b', 20));
  expect(run.sentBytes).toBe(30);
});

test('a run without workers counts what it sends, and has nothing with workers', () => {
  const run = progress();
  run.onEvent({ type: 'transfer', path: 'a', bytes: 10, sent: 10, size: 10 });
  run.onEvent(uploaded('a', 10));
  expect(run.sentBytes).toBe(10);
  expect(run.view.workers).toBe(undefined);
});
