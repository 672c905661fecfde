import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { takeLease } from '../../../src/jobs/ledger-copy/lease.ts';
import {
  openTravellingLedger,
  type TravellingLedger,
} from '../../../src/jobs/ledger-copy/travelling-ledger.ts';
import type { Fence } from '../../../src/model/cluster/leader-election.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';

const PAIR = { source: '/data', destination: 'stage://d/t/' };
const clock = createManualClock();

/** The fence of one leadership, which ends when a test says so. */
function fenceOf(epoch: number): Fence & { over: boolean } {
  const fence = {
    election: 'jobs',
    epoch,
    over: false,
    check() {
      if (fence.over) throw new SyncError('lease_lost', 'another leads', { verdict: 'end_run' });
    },
  };
  return fence;
}

const row = (path: string): LedgerRow =>
  ({ path, size: 1, version: 'v', pending: false, adopted: false }) as LedgerRow;

const open = (store: MemoryStore, folder: string, fence: Fence | undefined): Promise<TravellingLedger> =>
  openTravellingLedger({ store, clock, ledger: { ...PAIR, folder, command: 'test', pid: 1, fence } });

const pathsOf = ({ ledger }: TravellingLedger): string[] => [...ledger.rows()].flat().map(({ path }) => path);

async function closed(copy: TravellingLedger): Promise<void> {
  await copy.release();
  copy.ledger.close();
}

test('a leader does not wait for the lease of one before it, and that one does not get it back', async () => {
  const store = createMemoryStore();
  const take = (epoch: number | undefined) =>
    takeLease({
      store,
      clock,
      name: 'pair.lease',
      command: 'stagesync up',
      term: epoch === undefined ? undefined : { election: 'jobs', epoch },
    });
  const first = await take(7);
  const second = await take(8);
  await clock.pass(600_000);
  expect([first.lost.aborted, second.lost.aborted]).toEqual([true, false]);
  await expect(take(7)).rejects.toMatchObject({ code: 'lease_lost' });
  // a run without an election waits as it always did
  await expect(take(undefined)).rejects.toMatchObject({ code: 'locked' });
  await second.release();
});

test('leaders of two elections wait for each other, whatever their epochs, and are told why', async () => {
  const store = createMemoryStore();
  const take = (election: string, epoch: number) =>
    takeLease({
      store,
      clock,
      name: 'pair.lease',
      command: 'stagesync up',
      term: { election, epoch },
    });
  const first = await take('jobs.yaml', 7);
  for (const epoch of [6, 8])
    await expect(take('other.yaml', epoch)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringMatching(
        /which leads "jobs.yaml", and this process "other.yaml" \(daemons that take turns need one --lease-name\)/,
      ) as string,
    });
  await first.release();
  await (await take('other.yaml', 6)).release();
});

test('the ledger of a leader of another election is gone on from, and not replaced behind its back', async () => {
  const store = createMemoryStore();
  const first = await open(store, await temporaryFolder(), fenceOf(9));
  first.ledger.put(row('of-1'), 'new');
  expect(await first.save()).toBeUndefined();
  await closed(first);
  const second = await open(store, await temporaryFolder(), { ...fenceOf(5), election: 'other' });
  expect(pathsOf(second)).toEqual(['of-1']);
  expect(await second.save()).toBeUndefined();
  await closed(second);
  const third = await open(store, await temporaryFolder(), fenceOf(10));
  const copy = [...store.objects].find(([name]) => name.endsWith('.ledger'))!;
  store.objects.set(copy[0], { ...copy[1], version: 'put by the other again' });
  expect(await third.save()).toMatchObject({ code: 'locked' });
  await closed(third);
});

test('a leader waits for a run without an election', async () => {
  const store = createMemoryStore();
  const name = 'pair.lease';
  const byHand = await takeLease({ store, clock, name, command: 'stagesync sync' });
  await expect(
    takeLease({ store, clock, name, command: 'stagesync up', term: { election: 'jobs', epoch: 3 } }),
  ).rejects.toMatchObject({
    code: 'locked',
  });
  await byHand.release();
});

test('the ledger travels to the next leader, and one that wakes up late does not put its own any more', async () => {
  const store = createMemoryStore();
  const [a, b] = [fenceOf(1), fenceOf(2)];
  const first = await open(store, await temporaryFolder(), a);
  first.ledger.put(row('of-1'), 'new');
  expect(await first.save()).toBeUndefined();
  first.ledger.put(row('not-put'), 'new');
  // it stands still from here on
  const second = await open(store, await temporaryFolder(), b);
  expect(pathsOf(second)).toEqual(['of-1']);
  a.over = true;
  expect(await first.save()).toMatchObject({ code: 'lease_lost' });
  expect(() => first.ledger.put(row('late'), 'new')).toThrow('another leads');
  expect(() => first.ledger.transaction(() => first.ledger.forget('of-1'))).toThrow('another leads');
  expect(pathsOf(first)).toEqual(['not-put', 'of-1']);
  second.ledger.put(row('of-2'), 'new');
  expect(await second.save()).toBeUndefined();
  await closed(first);
  await closed(second);
});

test('what a former leader put at the last moment does not keep the next one from putting its own', async () => {
  const store = createMemoryStore();
  const first = await open(store, await temporaryFolder(), fenceOf(1));
  const second = await open(store, await temporaryFolder(), fenceOf(2));
  first.ledger.put(row('late'), 'new');
  // its request was on its way when it stood still
  expect(await first.save()).toBeUndefined();
  second.ledger.put(row('of-2'), 'new');
  expect(await second.save()).toBeUndefined();
  await closed(second);
  // and that of a later one stays
  first.ledger.put(row('later'), 'new');
  expect(await first.save()).toMatchObject({ code: 'locked' });
  await closed(first);
  const third = await open(store, await temporaryFolder(), fenceOf(3));
  expect(pathsOf(third)).toEqual(['of-2']);
  await third.save();
  await closed(third);
  await expect(open(store, await temporaryFolder(), fenceOf(2))).rejects.toMatchObject({
    code: 'lease_lost',
  });
});

test('what a run without an election put meanwhile stays', async () => {
  const store = createMemoryStore();
  const leader = await open(store, await temporaryFolder(), fenceOf(1));
  expect(await leader.save()).toBeUndefined();
  const copy = [...store.objects].find(([name]) => name.endsWith('.ledger'))!;
  const header = Buffer.from(
    '{"type":"stagesync-ledger","format":1,"source":"/data","destination":"stage://d/t/","size":0,"sha256":""}\n',
  );
  store.objects.set(copy[0], { version: randomBytes(4).toString('hex'), bytes: header });
  expect(await leader.save()).toMatchObject({ code: 'locked' });
  expect(store.objects.get(copy[0])!.bytes).toBe(header);
  await closed(leader);
});
