import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  openTravellingLedger,
  type TravellingLedger,
} from '../../../src/jobs/ledger-copy/travelling-ledger.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';
import { pairName } from '../../../src/sync/ledger/open-ledger.ts';
import { createDice } from '../../support/trees/dice.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';

const PAIR = { source: '/data', destination: 'stage://d/t/' };
const NAME = pairName(PAIR.source, PAIR.destination);
const COPY = `${NAME}.ledger`;
const clock = createManualClock();

const row = (path: string): LedgerRow =>
  ({ path, size: 1, version: 'v', pending: false, adopted: false }) as LedgerRow;

const open = (store: MemoryStore, folder: string, pair = PAIR): Promise<TravellingLedger> =>
  openTravellingLedger({ store, clock, ledger: { ...pair, folder, command: 'test', pid: 1 } });

async function closed(copy: TravellingLedger): Promise<void> {
  await copy.release();
  copy.ledger.close();
}

/** A run on a machine: what it finds, what it adds, and whether it puts it back. */
async function run(
  store: MemoryStore,
  folder: string,
  adds: string,
  { killed = false } = {},
): Promise<string[]> {
  const copy = await open(store, folder);
  const found = [...copy.ledger.rows()].flat().map(({ path }) => path);
  copy.ledger.put(row(adds), 'new');
  if (!killed) expect(await copy.save()).toBeUndefined();
  await closed(copy);
  return found;
}

test('a ledger that was put back is found on another machine, and nothing is left beside it', async () => {
  const store = createMemoryStore();
  const [one, other] = [await temporaryFolder(), await temporaryFolder()];
  expect(await run(store, one, 'a')).toEqual([]);
  expect(await run(store, other, 'b')).toEqual(['a']);
  expect(await run(store, one, 'c')).toEqual(['a', 'b']);
  expect(readdirSync(one).filter((name) => !/\.(?:sqlite|lock|holder)$/.test(name))).toEqual([]);
});

test('a run that is killed before it put its ledger back leaves the next machine what was there before', async () => {
  const store = createMemoryStore();
  const [one, other] = [await temporaryFolder(), await temporaryFolder()];
  await run(store, one, 'a');
  await run(store, one, 'lost', { killed: true });
  expect(await run(store, other, 'b')).toEqual(['a']);
  // and here the copy, which others have gone on from, takes the place of what was not put back
  expect(await run(store, one, 'c')).toEqual(['a', 'b']);
});

test('on the same machine it goes on from what it has', async () => {
  const store = createMemoryStore();
  const folder = await temporaryFolder();
  await run(store, folder, 'a');
  await run(store, folder, 'kept', { killed: true });
  expect(await run(store, folder, 'b')).toEqual(['a', 'kept']);
});

test('two runs at once: the second is refused before it changes anything', async () => {
  const store = createMemoryStore();
  const first = await open(store, await temporaryFolder());
  onTestFinished(() => closed(first));
  const folder = await temporaryFolder();
  await expect(open(store, folder)).rejects.toMatchObject({ code: 'locked' });
  // it does not hold the pair here either
  await expect(open(createMemoryStore(), folder).then(closed)).resolves.toBeUndefined();
});

test('a run that was taken for dead says so at its end, and does not overwrite what the other put', async () => {
  const store = createMemoryStore();
  const slept = await open(store, await temporaryFolder());
  slept.ledger.put(row('slept'), 'new');
  // the machine sleeps: no renewal, and the lease runs out
  const lease = store.objects.get(`${NAME}.lease`)!;
  store.objects.set(`${NAME}.lease`, { ...lease, bytes: Buffer.from('{}') });
  await run(store, await temporaryFolder(), 'theirs');
  const error = await slept.save();
  expect(error).toMatchObject({ code: 'locked', message: expect.stringMatching(/the next run adopts it/) });
  expect(slept.lost.aborted).toBe(true);
  expect(await slept.save()).toBe(slept.lost.reason);
  await closed(slept);
  expect(await run(store, await temporaryFolder(), 'x')).toEqual(['theirs']);
});

test('a copy that cannot be put back is named, and the ledger here keeps all', async () => {
  const store = createMemoryStore();
  const folder = await temporaryFolder();
  const copy = await open(store, folder);
  copy.ledger.put(row('a'), 'new');
  store.failure = new Error('no room');
  expect(await copy.save()).toMatchObject({
    code: 'state_unusable',
    message: expect.stringMatching(/could not be put back as .*\.ledger into memory: no room/),
  });
  store.failure = undefined;
  await closed(copy);
  expect(await run(store, folder, 'b')).toEqual(['a']);
});

/** gzip tells in its own header when and on what system: a bit of that changes nothing of the ledger. */
function differsOnlyWhereNobodyReads(text: Buffer, bytes: Buffer): boolean {
  const gzip = bytes.indexOf(0x0a) + 1;
  return [...bytes.keys()].every((at) => text[at] === bytes[at] || (at >= gzip + 3 && at < gzip + 10));
}

test('a copy that is damaged anywhere, cut or another pair’s is refused, and the ledger here stays', async () => {
  const store = createMemoryStore();
  await run(store, await temporaryFolder(), 'a');
  const { version, bytes } = store.objects.get(COPY)!;
  const folder = await temporaryFolder();
  await run(createMemoryStore(), folder, 'here');
  for (let seed = 1; seed <= 40; seed++) {
    const dice = createDice(seed);
    const at = dice.below(bytes.byteLength);
    const damaged = Buffer.from(bytes);
    if (seed % 3 === 0) damaged[at] = damaged[at]! ^ (1 << dice.below(8));
    const text =
      seed % 3 === 0 ? damaged : seed % 3 === 1 ? bytes.subarray(0, at) : damaged.fill(0, at, at + 50);
    if (text.equals(bytes) || differsOnlyWhereNobodyReads(text, bytes)) continue;
    store.objects.set(COPY, { version: `${version}, damaged ${seed}`, bytes: text });
    await expect(open(store, folder), `seed ${seed}`).rejects.toMatchObject({
      code: 'state_unusable',
      message: expect.stringMatching(/the copy of the ledger .* in memory is damaged .*delete it/),
    });
  }
  const others = createMemoryStore();
  const other = await open(others, await temporaryFolder(), { ...PAIR, source: '/other' });
  await other.save();
  await closed(other);
  const [theirs] = [...others.objects].filter(([name]) => name.endsWith('.ledger'));
  store.objects.set(COPY, { ...theirs![1], version: 'theirs' });
  await expect(open(store, folder)).rejects.toMatchObject({
    code: 'state_unusable',
    message: expect.stringMatching(/another pair/),
  });
  store.objects.delete(COPY);
  expect(await run(store, folder, 'x')).toEqual(['here']);
});

test('what a kill left of an earlier fetch is cleared', async () => {
  const store = createMemoryStore();
  const folder = await temporaryFolder();
  await run(store, folder, 'a');
  writeFileSync(join(folder, `${NAME}.sqlite.abc.whole.copying`), 'x');
  await run(store, folder, 'b');
  expect(readdirSync(folder).some((name) => name.endsWith('.copying'))).toBe(false);
});
