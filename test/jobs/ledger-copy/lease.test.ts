import { expect, test } from 'vitest';
import { LEASE_MS, RENEWED_EVERY_MS, takeLease } from '../../../src/jobs/ledger-copy/lease.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';
import { createMemoryStore } from './memory-store.ts';

const NAME = 'pair.lease';

function setting() {
  const store = createMemoryStore();
  const clock = createManualClock();
  const take = (command = 'stagesync sync') => takeLease({ store, clock, name: NAME, command });
  return { store, clock, take };
}

test('a second run is refused by the name of the first, until that lets go', async () => {
  const { take } = setting();
  const first = await take('stagesync watch');
  await expect(take()).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringMatching(/"stagesync watch" on .*wait for it to end.*until 20.*delete that/),
  });
  await first.release();
  const second = await take();
  expect([first.lost.aborted, second.lost.aborted]).toEqual([false, false]);
  await second.release();
});

test('a run that lives keeps its lease for as long as it takes', async () => {
  const { take, clock } = setting();
  const lease = await take();
  for (let passed = 0; passed < 5 * LEASE_MS; passed += RENEWED_EVERY_MS) await clock.pass(RENEWED_EVERY_MS);
  await expect(take()).rejects.toMatchObject({ code: 'locked' });
  expect(lease.lost.aborted).toBe(false);
  await lease.release();
});

test('a run that was killed holds its lease for ten minutes and no longer', async () => {
  const { store, clock, take } = setting();
  const killed = await take();
  const asKilled = store.objects.get(NAME)!;
  await killed.release();
  store.objects.set(NAME, asKilled);
  await clock.pass(LEASE_MS - 1);
  await expect(take()).rejects.toMatchObject({ code: 'locked' });
  await clock.pass(1);
  await (await take()).release();
});

test('a run whose place another took learns it at its next renewal, and does not take it back', async () => {
  const { store, clock, take } = setting();
  const slept = await take();
  store.objects.set(NAME, { version: 'theirs', bytes: Buffer.from('{}') });
  await clock.pass(RENEWED_EVERY_MS);
  expect(slept.lost.aborted).toBe(true);
  expect(slept.lost.reason).toMatchObject({ code: 'locked' });
  await slept.release();
  expect(store.objects.get(NAME)?.version).toBe('theirs');
});

test('a store that cannot be reached is no reason to stop, until the lease has run out', async () => {
  const { store, clock, take } = setting();
  const lease = await take();
  store.failure = new Error('away');
  await clock.pass(LEASE_MS - RENEWED_EVERY_MS);
  expect(lease.lost.aborted).toBe(false);
  store.failure = undefined;
  await clock.pass(RENEWED_EVERY_MS);
  store.failure = new Error('away');
  await clock.pass(2 * LEASE_MS);
  expect(lease.lost.aborted).toBe(true);
  await lease.release();
});

test('of many that ask at the same time one gets it', async () => {
  const { take } = setting();
  const asked = await Promise.allSettled(Array.from({ length: 8 }, () => take()));
  const given = asked.filter((each) => each.status === 'fulfilled');
  expect(given).toHaveLength(1);
  await given[0]!.value.release();
});

test('a store that lets two write at once is refused, with the way out', async () => {
  const { store, take } = setting();
  store.ignoresConditions = true;
  await expect(take()).rejects.toMatchObject({
    code: 'config',
    message: expect.stringMatching(/does not honour conditional writes.*or a directory/),
  });
});

test('a lease that nobody can read is held by nobody; one that is too large is named', async () => {
  const { store, take } = setting();
  store.objects.set(NAME, { version: 'v', bytes: Buffer.from('no lease') });
  await (await take()).release();
  store.objects.set(NAME, { version: 'v', bytes: Buffer.alloc(100_000, 32) });
  await expect(take()).rejects.toMatchObject({ code: 'state_unusable' });
});
