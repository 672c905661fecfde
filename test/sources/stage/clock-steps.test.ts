import { describe, expect, test } from 'vitest';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { everything } from '../../../src/filter/filter.ts';
import type { FileEntry } from '../../../src/model/entry.ts';
import { ClockSteps } from '../../../src/sources/stage/clock-steps.ts';
import { destinationAsSource } from '../../../src/sources/stage/destination-as-source.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

const call = { signal: new AbortController().signal };
const MINUTE = 60_000;
const file = (modifiedMs: number | undefined): FileEntry => ({
  kind: 'file',
  path: 'a',
  size: 1,
  modifiedMs,
  version: '',
});

/** What was waited for a file that was put `ms` after (before: negative) the time that the clock here shows. */
async function waited(ms: number, { shownAgo = 0, whole = false } = {}): Promise<readonly number[]> {
  const clock = createManualClock();
  const steps = new ClockSteps(clock);
  await clock.pass(10_001);
  steps.shown();
  await clock.pass(shownAgo);
  const time = clock.now() + ms;
  const over = steps.over(file(whole ? Math.floor(time / 1000) * 1000 : time), call.signal);
  await clock.pass(2000);
  await over;
  return clock.sleeps;
}

describe('a file that may be of the step of the clock in which it was shown', () => {
  test.each([
    ['just put', 0],
    ['by a clock that is a minute ahead', MINUTE],
    ['by a clock that is a minute behind', -MINUTE],
  ])('is read when the step is over: %s', async (_, ms) => {
    expect(await waited(ms)).toEqual([20]);
    expect(await waited(ms, { shownAgo: 15 })).toEqual([5]);
    expect(await waited(ms, { shownAgo: 20 })).toEqual([]);
  });

  test('is waited for longer where the time is in whole seconds', async () => {
    expect(await waited(0, { whole: true })).toEqual([1100]);
    expect(await waited(0, { whole: true, shownAgo: 1100 })).toEqual([]);
  });
});

test('a file that is old by both clocks, or has no time, is read at once', async () => {
  expect(await waited(-16 * MINUTE)).toEqual([]);
  expect(await waited(16 * MINUTE)).toEqual([]);
  await new ClockSteps(createManualClock()).over(file(undefined), call.signal);
});

test('the wait ends with the reason of the signal', async () => {
  const clock = createManualClock();
  const leaving = new AbortController();
  const over = new ClockSteps(clock).over(file(clock.now()), leaving.signal);
  leaving.abort(new Error('enough'));
  await expect(over).rejects.toThrow('enough');
});

test.each(['list', 'stat'] as const)('a source counts the step from what %s has shown', async (way) => {
  const clock = createManualClock();
  const asked: string[] = [];
  const destination = createMemoryDestination({
    now: () => clock.now() + MINUTE,
    before: ({ kind }) => void asked.push(kind),
  });
  await clock.pass(1007);
  destination.place('a', 'text');
  const source = destinationAsSource({ destination, clock });
  const listed = async (): Promise<FileEntry> =>
    way === 'stat'
      ? (await source.stat!('a', call))!
      : ((await Array.fromAsync(source.list({ filter: everything, ...call }))).flat()[0] as FileEntry);
  const reading = source.read(await listed(), call);
  await clock.pass(19);
  expect(asked).not.toContain('read');
  await clock.pass(1);
  expect(await reading).toMatchObject({ size: 4 });
  expect(asked).toContain('read');
});
