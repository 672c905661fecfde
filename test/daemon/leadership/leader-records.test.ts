import { expect, test } from 'vitest';
import { LeaderRecords } from '../../../src/daemon/leadership/leader-records.ts';
import type { RememberedJob, RememberedJobs } from '../../../src/daemon/schedule/remembered-jobs.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

/** What a machine remembers itself. */
function machine(jobs: Readonly<Record<string, RememberedJob>> = {}): RememberedJobs {
  const known = new Map(Object.entries(jobs));
  const of = (name: string): RememberedJob => known.get(name) ?? {};
  return { of, remember: (name, change) => void known.set(name, { ...of(name), ...change }) };
}

/** A broker, and a leadership in it. */
function broker(records: ReadonlyMap<string, string> = new Map()) {
  const kept = new Map(records);
  return {
    kept,
    lost: new AbortController().signal,
    async record(name: string, value: string): Promise<boolean> {
      kept.set(name, value);
      return true;
    },
  };
}

test('what a broker has forgotten is kept there again by the leader that knows it, for those after it', async () => {
  const records = new LeaderRecords(machine({ orders: { paused: true } }), createManualClock());
  const empty = broker();
  records.lead(empty, empty.kept);
  expect(records.of('orders')).toEqual({ paused: true });
  expect(records.of('others')).toEqual({});
  await records.settled();
  const next = new LeaderRecords(machine(), createManualClock());
  next.lead(broker(), empty.kept);
  expect(next.of('orders')).toEqual({ paused: true });
  expect([...empty.kept.keys()]).toEqual(['orders']);
});

test('a schedule that was followed further on this machine than an older copy of the broker knows is not followed twice', async () => {
  const here = machine({ orders: { schedule: 'daily', followedMs: 200 } });
  const older = broker(
    new Map([['orders', JSON.stringify({ schedule: 'daily', followedMs: 100, paused: true })]]),
  );
  const records = new LeaderRecords(here, createManualClock());
  records.lead(older, older.kept);
  expect(records.of('orders')).toEqual({ schedule: 'daily', followedMs: 200, paused: true });
  await records.settled();
  expect(JSON.parse(older.kept.get('orders')!)).toMatchObject({ followedMs: 200 });
});

test('what other leaders did counts where it is further, or of another schedule', () => {
  const here = machine({
    orders: { schedule: 'daily', followedMs: 200, paused: true },
    others: { schedule: 'daily', followedMs: 900 },
  });
  const store = broker(
    new Map([
      ['orders', JSON.stringify({ schedule: 'daily', followedMs: 300 })],
      ['others', JSON.stringify({ schedule: 'hourly', followedMs: 100 })],
    ]),
  );
  const records = new LeaderRecords(here, createManualClock());
  records.lead(store, store.kept);
  expect(records.of('orders')).toEqual({ schedule: 'daily', followedMs: 300 });
  expect(records.of('others')).toEqual({ schedule: 'hourly', followedMs: 100 });
});

test('a broker that keeps nothing, and lets a leader lead on, does not keep a daemon from ending', async () => {
  const full = {
    ...broker(),
    record: async (): Promise<boolean> => {
      throw new Error('full');
    },
  };
  const clock = createManualClock();
  const records = new LeaderRecords(machine(), clock);
  records.lead(full, full.kept);
  records.remember('orders', { paused: true });
  await clock.pass(2000);
  const settled = records.settled();
  await clock.pass(600);
  await settled;
});

test('what a leader notes while a note of its leadership before is on its way is kept in the new one', async () => {
  const clock = createManualClock();
  const records = new LeaderRecords(machine(), clock);
  const lost = new AbortController();
  const { promise: late, reject: fail } = Promise.withResolvers<boolean>();
  const before = broker();
  records.lead({ lost: lost.signal, record: () => late }, before.kept);
  records.remember('orders', { paused: true });
  lost.abort(new Error('lost'));
  const now = broker();
  records.lead(now, now.kept);
  records.remember('others', { paused: true });
  fail(new Error('no answer'));
  await clock.pass(1);
  await records.settled();
  expect([...now.kept.keys()]).toContain('others');
});
