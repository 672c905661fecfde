import { expect, test } from 'vitest';
import type { SourceEntry, UnknownEntry } from '../../../src/model/entry.ts';
import { ListingAhead, type ListedFiles } from '../../../src/sync/compare/listing-ahead.ts';

const file = (path: string, size = 1): SourceEntry => ({
  kind: 'file',
  path,
  size,
  modifiedMs: 1_700_000_000_000.123,
  version: `v-${path}`,
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A listing of `batches` batches of one file, and how many of them were asked for. */
function listing(batches: number) {
  const asked = { batches: 0, closed: false };
  async function* list(): AsyncGenerator<readonly SourceEntry[], void> {
    try {
      for (let at = 0; at < batches; at++) {
        await turn();
        asked.batches++;
        yield [file(String(at).padStart(4, '0'), at)];
      }
    } finally {
      asked.closed = true;
    }
  }
  return { asked, list };
}

async function turnsUntil(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns++) {
    if (turns > 10_000) throw new Error('it never came to that');
    await turn();
  }
}

const pathsOf = (entries: readonly SourceEntry[]): string[] => entries.map(({ path }) => path);

test('reads a few batches ahead, and the rest as they are taken', async () => {
  const { asked, list } = listing(50);
  const taken = new ListingAhead(() => undefined).read(list());
  await taken.next();
  for (let turns = 0; turns < 200; turns++) await turn();
  expect(asked.batches).toBeLessThan(10);
  const rest: SourceEntry[] = [];
  for await (const batch of taken) rest.push(...batch);
  expect(rest).toHaveLength(49);
  expect(pathsOf(rest)).toEqual(pathsOf(rest).toSorted());
});

test('once it may run it lists everything, counts it, and gives it in order', async () => {
  const { asked, list } = listing(50);
  const told: ListedFiles[] = [];
  const ahead = new ListingAhead((listed) => told.push(listed));
  const taken = ahead.read(list());
  const first = await taken.next();
  ahead.letRun();
  await turnsUntil(() => told.at(-1)?.whole === true);
  expect(asked.batches).toBe(50);
  expect(told.at(-1)).toEqual({ files: 50, bytes: 1225, whole: true });
  const all = [...first.value!];
  for await (const batch of taken) all.push(...batch);
  expect(pathsOf(all)).toEqual(Array.from({ length: 50 }, (_, at) => String(at).padStart(4, '0')));
});

test('what waited on disk is what was listed', async () => {
  const odd: UnknownEntry = {
    kind: 'unknown',
    path: 'z\uD800',
    covers: 'subtree',
    problem: { code: 'unreadable', severity: 'failure', message: 'no "rights"\n' },
    echo: true,
  };
  const entries: SourceEntry[] = [
    { ...file('a'), modifiedMs: undefined } as SourceEntry,
    { ...file('b\u{1F600}'), identity: '1:2:3' } as SourceEntry,
    { kind: 'folder', path: 'c/' },
    odd,
  ];
  const batches = [...Array.from({ length: 20 }, (_, at) => [file(`0${at}`)]), entries];
  async function* list(): AsyncGenerator<readonly SourceEntry[], void> {
    yield* batches;
  }
  let whole = false;
  const ahead = new ListingAhead((listed) => (whole = listed.whole));
  ahead.letRun();
  const taken = ahead.read(list());
  await taken.next();
  await turnsUntil(() => whole);
  let last: readonly SourceEntry[] = [];
  for await (const batch of taken) last = batch;
  expect(last).toEqual(entries);
});

test('a listing that breaks off rejects, after everything that came before', async () => {
  async function* list(): AsyncGenerator<readonly SourceEntry[], void> {
    yield [file('a')];
    yield [file('b')];
    throw new Error('broken off');
  }
  const told: ListedFiles[] = [];
  const ahead = new ListingAhead((listed) => told.push(listed));
  ahead.letRun();
  const seen: string[] = [];
  await expect(async () => {
    for await (const batch of ahead.read(list())) {
      await turn();
      seen.push(...pathsOf(batch));
    }
  }).rejects.toThrow('broken off');
  expect(seen).toEqual(['a', 'b']);
  expect(told.some(({ whole }) => whole)).toBe(false);
});

test('whoever leaves early ends the listing', async () => {
  const { asked, list } = listing(50);
  for await (const _ of new ListingAhead(() => undefined).read(list())) break;
  expect(asked.closed).toBe(true);
  expect(asked.batches).toBeLessThan(10);
});
