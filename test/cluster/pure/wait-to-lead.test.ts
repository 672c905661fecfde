import { expect, test } from 'vitest';
import { LeaseElection } from '../../../src/cluster/lease/election.ts';
import type { FormerLeader } from '../../../src/cluster/lease/lease-rules.ts';
import { MemoryLeaseStore } from '../../../src/cluster/lease/memory-lease-store.ts';
import { waitToLead, type SeenLease } from '../../../src/cluster/lease/wait-to-lead.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

const NOW = { ttlMs: 9000 };
const gone: FormerLeader = { epoch: 5, ttlMs: 9000, wasReleased: false, isOfThisLife: true };
const watched: SeenLease = { epoch: 5, ttlMs: 9000, isGivenUp: true };

test('who knows that nobody leads leads at once', () => {
  expect(waitToLead(gone, watched, NOW)).toBe(0);
  expect(waitToLead({ ...gone, wasReleased: true }, undefined, NOW)).toBe(0);
});

test.each<readonly [string, FormerLeader | undefined, SeenLease | undefined]>([
  ['the store remembers nobody', undefined, watched],
  ['nobody watched the lease', gone, undefined],
  ['another one was watched', gone, { ...watched, epoch: 4 }],
  ['its holder had not given up when it was looked at', gone, { ...watched, isGivenUp: false }],
  ['the store may have forgotten a later one', { ...gone, isOfThisLife: false }, watched],
  [
    'the store may have forgotten a later one that was given back',
    { ...gone, wasReleased: true, isOfThisLife: false },
    undefined,
  ],
  ['the store knows less than it has told', { ...gone, wasReleased: true }, { ...watched, epoch: 6 }],
])('else it waits for the length of a lease: %s', (_, former, seen) => {
  expect(waitToLead(former, seen, NOW)).toBe(9000);
});

test('the longest lease that is known of is waited for', () => {
  expect(waitToLead({ ...gone, ttlMs: 20_000 }, undefined, NOW)).toBe(20_000);
  expect(waitToLead(undefined, { ...watched, ttlMs: 30_000 }, NOW)).toBe(30_000);
});

test('a leader that stood still for longer than its lease, and alone, leads again without a wait', async () => {
  const clock = createManualClock();
  const store = new MemoryLeaseStore(clock);
  const self = { host: 'h', pid: 1, command: 'c' };
  const election = new LeaseElection({ store, name: 'jobs', self, clock, ttlMs: 9000 });
  const { signal } = new AbortController();
  const lead = async () => {
    const campaign = election.campaign(signal);
    await clock.pass(9100);
    return campaign;
  };
  const first = await lead();
  // the clock on the wall goes on while the machine sleeps
  clock.set(clock.now() + 60_000);
  expect(() => first.check()).toThrow(/it stood still for longer than its lease/);
  await clock.pass(60_000);
  const asked = clock.elapsed();
  const second = await election.campaign(signal);
  expect(clock.elapsed()).toBe(asked);
  expect(second.epoch).toBeGreaterThan(first.epoch);
  await second.resign();
});
