import { expect, test } from 'vitest';
import { QueueWatch } from '../../../src/daemon/machines/queue-watch.ts';
import type { QueueLook } from '../../../src/jobs/queue/queue-look.ts';
import type { QueueState } from '../../../src/model/cluster/queue-state.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

const STATE: QueueState = {
  queue: 'redis://r/0',
  workers: [{ name: 'w', lanes: 8, transfers: 0, batches: 0 }],
  pairs: [],
};

/** A queue that answers as a test says. */
function setUp() {
  const clock = createManualClock();
  const until = new AbortController();
  const at = { isAway: false, opened: 0, closed: 0, changes: 0 };
  const look = async (): Promise<QueueState> => {
    if (at.isAway) throw new Error('away');
    return STATE;
  };
  const open = async (): Promise<QueueLook> => {
    if (at.isAway) throw new Error('away');
    at.opened++;
    return { look, close: async () => void at.closed++ };
  };
  const watch = new QueueWatch({ shown: 'redis://r/0', open, clock, onChange: () => void at.changes++ });
  return { at, clock, until, watch };
}

test('a queue is looked at now and then, on one connection, which is closed at the end', async () => {
  const { at, clock, until, watch } = setUp();
  expect(watch.view.isUp).toBe(undefined);
  const run = watch.run(until.signal);
  await clock.pass(12_000);
  expect(watch.view).toEqual({ ...STATE, isUp: true });
  expect([at.opened, at.changes]).toEqual([1, 3]);
  until.abort();
  await run;
  expect(at.closed).toBe(1);
});

test('a queue that is away at the start, or later, is asked again; meanwhile nobody works for it', async () => {
  const { at, clock, until, watch } = setUp();
  at.isAway = true;
  const run = watch.run(until.signal);
  await clock.pass(6000);
  expect(watch.view).toEqual({ queue: 'redis://r/0', isUp: false, workers: [], pairs: [] });
  at.isAway = false;
  await clock.pass(5000);
  expect(watch.view.workers).toHaveLength(1);
  at.isAway = true;
  await clock.pass(5000);
  expect(watch.view.isUp).toBe(false);
  expect(at.opened).toBe(1);
  until.abort();
  await run;
});
