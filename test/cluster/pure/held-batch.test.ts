import { expect, test } from 'vitest';
import { HeldBatch } from '../../../src/cluster/queue/worker/held-batch.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

test('a worker that nobody answers gives a batch up before its lock is over', async () => {
  const clock = createManualClock();
  using held = new HeldBatch({ clock, lockMs: 10_000, renew: () => new Promise<void>(() => undefined) });
  const asked = held.confirm();
  const given = expect(asked).rejects.toThrow(/not renewed in time/);
  await clock.pass(7500);
  expect(held.lost.aborted).toBe(false);
  await clock.pass(1000);
  await given;
  expect(() => held.check()).toThrow(/not renewed in time/);
});

test('a lock counts from when it was asked for, not from when the answer came', async () => {
  const clock = createManualClock();
  let answer: () => void = () => undefined;
  using held = new HeldBatch({
    clock,
    lockMs: 10_000,
    renew: () => new Promise<void>((resolve) => void (answer = resolve)),
  });
  const asked = held.confirm();
  await clock.pass(2000);
  answer();
  await asked;
  await clock.pass(6500);
  expect(held.lost.aborted).toBe(true);
});

test('a clock that is set an hour ahead loses the batch, and sends nothing more', () => {
  const clock = createManualClock();
  using held = new HeldBatch({ clock, lockMs: 10_000, renew: () => Promise.resolve() });
  held.check();
  clock.set(clock.now() + 3_600_000);
  expect(() => held.check()).toThrow();
});
