import { expect, onTestFinished, test } from 'vitest';
import type { DueRun } from '../../../src/daemon/schedule/due-runs.ts';
import { ScheduleTimer } from '../../../src/daemon/schedule/schedule-timer.ts';
import type { Schedule } from '../../../src/jobs-file/jobs-file.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A timer that runs, from `start` on; what became due, as 'schedule 02:00'. */
async function timer(
  schedule: Partial<Schedule>,
  { start = '2026-01-01T00:30:00Z', followed }: { readonly start?: string; readonly followed?: string } = {},
) {
  const clock = createManualClock();
  clock.set(Date.parse(start));
  const due: string[] = [];
  const onDue = ({ cause, dueMs, count }: DueRun): void => {
    const time = new Date(dueMs).toISOString().slice(11, 16);
    due.push(
      `${cause} ${time}${count > 1 ? ` of ${count}` : ''} at ${new Date(clock.now()).toISOString().slice(11, 19)}`,
    );
  };
  const until = new AbortController();
  onTestFinished(() => until.abort());
  const made = new ScheduleTimer({
    schedule: { cron: '0 * * * *', timeZone: 'UTC', jitterMs: 0, missed: 'run_once', ...schedule },
    clock,
    followedMs: followed === undefined ? undefined : Date.parse(followed),
    onDue,
  });
  const running = made.run(until.signal);
  await clock.pass(0);
  /** The machine sleeps: the time of day goes on, timers stand still. */
  const asleep = (ms: number): void => clock.set(clock.now() + ms);
  return { clock, due, timer: made, running, until, asleep };
}

test('each due time once', async () => {
  const { clock, due } = await timer({});
  await clock.pass(2 * HOUR);
  expect(due).toEqual(['schedule 01:00 at 01:00:00', 'schedule 02:00 at 02:00:00']);
});

test('a machine asleep over three due times makes one run for all of them', async () => {
  const { clock, due, asleep } = await timer({});
  asleep(3 * HOUR);
  await clock.pass(MINUTE);
  expect(due).toEqual(['missed 03:00 of 3 at 03:30:30']);
  await clock.pass(HOUR);
  expect(due.slice(1)).toEqual(['schedule 04:00 at 04:00:00']);
});

test('or none, where the schedule says so, and tells it', async () => {
  const { clock, due, asleep } = await timer({ missed: 'skip' });
  asleep(3 * HOUR);
  await clock.pass(MINUTE);
  expect(due).toEqual(['skip 03:00 of 3 at 03:30:30']);
});

test('a machine that wakes up right at a due time makes the run of that time, whatever was missed before', async () => {
  const { clock, due, asleep } = await timer({ missed: 'skip' });
  asleep(2.5 * HOUR);
  await clock.pass(MINUTE);
  expect(due).toEqual(['schedule 03:00 of 3 at 03:00:30']);
});

test('due times that passed while there was no daemon count as missed', async () => {
  const { due } = await timer({}, { followed: '2025-12-31T20:00:00Z' });
  expect(due).toEqual(['missed 00:00 of 4 at 00:30:00']);
});

test('a clock that is set back far does not silence the schedule until it has caught up', async () => {
  const { clock, due } = await timer({ cron: '0 0 * * *' }, { start: '2027-06-01T12:00:00Z' });
  clock.set(Date.parse('2026-01-01T12:00:00Z'));
  await clock.pass(24 * HOUR);
  expect(due).toEqual(['schedule 00:00 at 00:00:00']);
});

test('a clock that is corrected by some seconds gives no second run', async () => {
  const { clock, due } = await timer({});
  await clock.pass(30 * MINUTE);
  expect(due).toHaveLength(1);
  clock.set(clock.now() - 5000);
  await clock.pass(MINUTE);
  expect(due).toHaveLength(1);
  await clock.pass(HOUR);
  expect(due).toHaveLength(2);
});

test('with jitter a run starts later than its time, and is not taken for a missed one', async () => {
  const { clock, due, timer: made } = await timer({ jitterMs: 10 * MINUTE });
  expect(made.nextRunMs).toBe(Date.parse('2026-01-01T01:05:00Z'));
  await clock.pass(HOUR);
  expect(due).toEqual(['schedule 01:00 at 01:05:00']);
});

test('ends with its signal', async () => {
  const { until, running, clock } = await timer({});
  until.abort();
  await running;
  expect(clock.sleeping).toBe(0);
});
