import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { everything } from '../../../src/filter/filter.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { DestinationChild, Problem } from '../../../src/model/entry.ts';
import type { CallOptions, Destination } from '../../../src/model/ports.ts';
import { destinationAsSource } from '../../../src/sources/stage/destination-as-source.ts';
import { SharedLooks } from '../../../src/sources/stage/shared-looks.ts';

const GARBLED: Problem = { code: 'listing_unclear', severity: 'failure', message: 'has no name' };
const call = { signal: new AbortController().signal };

/** Looks that end when the test says so, and what was asked. */
function held(
  files: Readonly<Record<string, number>> = { 'd/a': 1, 'd/b': 2 },
  { hides }: { readonly hides?: string } = {},
) {
  const asked: string[] = [];
  const ends: (() => void)[] = [];
  const wait = (what: string, { signal }: CallOptions): Promise<void> => {
    asked.push(what);
    return new Promise((resolve, reject) => {
      ends.push(resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  };
  const shown = (path: string) =>
    files[path] === undefined ? undefined : { size: files[path], modifiedMs: 1000 };
  const destination: Pick<Destination, 'listFolder' | 'stat'> = {
    async stat(path, options) {
      await wait(`stat ${path}`, options);
      return shown(path);
    },
    async listFolder(folder, options) {
      await wait(`list ${folder}`, options);
      return Object.keys(files).map((path): DestinationChild => {
        const name = path.slice(folder.length);
        return path === hides
          ? { kind: 'unknown', name: '?', anywhere: true, problem: GARBLED }
          : { kind: 'file', name, ...shown(path)! };
      });
    },
  };
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
  };
  return { asked, ends, looks: new SharedLooks(destination), turns, end: () => ends.shift()!() };
}

test('who asks while a look is under way shares the next, and is told what that shows', async () => {
  const { asked, looks, turns, end } = held();
  const first = looks.at('d/a', call);
  await turns();
  const others = ['d/a', 'd/b', 'd/none'].map((path) => looks.at(path, call));
  await turns();
  expect(asked).toEqual(['stat d/a']);
  end();
  expect(await first).toMatchObject({ size: 1 });
  await turns();
  expect(asked).toEqual(['stat d/a', 'list d/']);
  end();
  expect((await Promise.all(others)).map((shown) => shown?.size)).toEqual([1, 2, undefined]);
});

test('a look waits until as many files wait for it as are still being read', async () => {
  const { asked, looks, turns, end } = held();
  const [a, b, c] = ['d/a', 'd/b', 'd/c'].map((path) => looks.expect(path));
  const first = a!.shown(call);
  await turns();
  expect(asked).toEqual([]);
  const second = b!.shown(call);
  await turns();
  expect(asked).toEqual(['list d/']);
  end();
  expect([await first, await second].map((shown) => shown?.size)).toEqual([1, 2]);
  c!.close();
});

test('a file whose reading failed is not waited for', async () => {
  const { asked, looks, turns, end } = held();
  const [a, b, c] = ['d/a', 'd/b', 'd/c'].map((path) => looks.expect(path));
  const shown = a!.shown(call);
  await turns();
  b!.close();
  b!.close();
  await turns();
  expect(asked).toEqual(['stat d/a']);
  end();
  await shown;
  c!.close();
});

test('after the last file that is read nobody waits for the look before', async () => {
  const { asked, looks, turns, end } = held();
  const [a, b] = ['d/a', 'd/b'].map((path) => looks.expect(path));
  const first = a!.shown(call);
  await turns();
  const second = b!.shown(call);
  await turns();
  expect(asked).toEqual(['stat d/a', 'stat d/b']);
  end();
  end();
  await Promise.all([first, second]);
});

test('a signal ends the looks of its own work alone', async () => {
  const { looks, turns, end, ends, asked } = held();
  const first = looks.at('d/a', call);
  await turns();
  const leaving = new AbortController();
  const left = looks.at('d/a', { signal: leaving.signal });
  const others = ['d/a', 'd/b'].map((path) => looks.at(path, call));
  await turns();
  end();
  await first;
  await turns();
  expect(asked).toEqual(['stat d/a', 'stat d/a', 'list d/']);
  leaving.abort();
  await expect(left).rejects.toBe(leaving.signal.reason);
  ends.splice(0, ends.length).forEach((resolve) => resolve());
  expect((await Promise.all(others)).map((shown) => shown?.size)).toEqual([1, 2]);
});

test('a listing with a child that may be of any name does not say that a file is gone', async () => {
  const { asked, looks, turns, end } = held({ 'd/a': 1, 'd/b': 2 }, { hides: 'd/b' });
  const both = ['d/a', 'd/b'].map((path) => looks.expect(path)).map((look) => look.shown(call));
  await turns();
  end();
  await turns();
  expect(asked).toEqual(['list d/', 'stat d/b']);
  end();
  expect((await Promise.all(both)).map((shown) => shown?.size)).toEqual([1, 2]);
});

test('of a folder with very many children, a few files are looked at one by one', async () => {
  const { asked, looks, turns, end } = held();
  looks.counted('d/', 1000);
  const both = [looks.at('d/a', call), looks.at('d/b', call)];
  await turns();
  expect(asked).toEqual(['stat d/a', 'stat d/b']);
  end();
  end();
  await Promise.all(both);
});

test('files of a folder that are read together cost their readings and few looks', async () => {
  const requests: string[] = [];
  const destination = createMemoryDestination({
    now: () => 1000,
    before: ({ kind }) => void requests.push(kind),
  });
  for (let file = 0; file < 50; file++) destination.place(`d/${file}`, `${file}`);
  const source = destinationAsSource({ destination });
  const entries = (await Array.fromAsync(source.list({ filter: everything, ...call }))).flat();
  requests.length = 0;
  await Promise.all(entries.map(async (entry) => entry.kind === 'file' && source.read(entry, call)));
  expect(requests.filter((kind) => kind === 'read')).toHaveLength(50);
  expect(requests.length).toBeLessThan(60);
});

test('a large file that breaks off goes on from there, and is whole', async () => {
  const bytes = Buffer.alloc(5_000_000, 'stagesync');
  const offsets: number[] = [];
  const breaksOff = async function* (offset: number) {
    yield bytes.subarray(offset, offset + 2_000_000);
    if (offset + 2_000_000 < bytes.length)
      throw new SyncError('stage_unreachable', 'broke off', { verdict: 'retry', operation: 'read' });
  };
  const stage = createMemoryDestination({ now: () => 1000 });
  stage.place('large', bytes);
  const destination: Destination = Object.assign(Object.create(stage) as Destination, {
    read: async () => breaksOff(0),
    readFrom: async (_: string, offset: number) => {
      offsets.push(offset);
      return breaksOff(offset);
    },
    listFolder: stage.listFolder.bind(stage),
    stat: stage.stat.bind(stage),
  });
  const source = destinationAsSource({ destination });
  const content = await source.read((await source.stat!('large', call))!, call);
  if (!('chunks' in content)) throw new Error('is not read in chunks');
  expect(Buffer.concat(await Array.fromAsync(content.chunks)).equals(bytes)).toBe(true);
  expect(offsets).toEqual([2_000_000, 4_000_000]);
});
