import { expect, onTestFinished, test } from 'vitest';
import type {
  MemoryCall,
  MemoryDestinationOptions,
} from '../../../src/destinations/memory/memory-destination.ts';
import { watchedPair } from '../../support/engine/watched-pair.ts';
import type { WatchedPair, WatchedPairOptions } from '../../support/engine/watched-pair.ts';

/** Many more than there are lanes. */
const BURST = 40;

/** Calls that the destination holds back until the test lets them go. */
function doors(isHeld: (call: MemoryCall) => boolean) {
  let waiting: (() => void)[] = [];
  let open = true;
  const before: MemoryDestinationOptions['before'] = (call) => {
    if (open || !isHeld(call)) return undefined;
    return new Promise<void>((resolve) => waiting.push(resolve));
  };
  const letGo = (most: number): void => {
    for (const resolve of waiting.splice(0, most)) resolve();
  };
  const openAll = (): void => {
    open = true;
    letGo(Infinity);
    waiting = [];
  };
  return {
    before,
    /** From now on calls are held back. To be called once the watch is there, which must not wait for them at its end. */
    close(): void {
      open = false;
      onTestFinished(openAll);
    },
    /** Calls that are held back now. */
    get held() {
      return waiting.length;
    },
    letGo,
    openAll,
  };
}

const puts = ({ stage }: WatchedPair, from = 0): string[] =>
  stage.calls.slice(from).flatMap(({ kind, path }) => (kind === 'put' ? [path] : []));

/** A watch whose pass is held up in the uploads of many new files. */
async function busyPair(
  options: WatchedPairOptions = {},
  burst = doors(({ kind, path }) => kind === 'put' && path.includes('burst-')),
) {
  const pair = await watchedPair({
    files: { a: '1', 'x/b': '2', 'n/0': '0' },
    ...options,
    stage: { before: burst.before, ...options.stage },
    pass: { concurrency: 8, ...options.pass },
  });
  burst.close();
  for (let i = 0; i < BURST; i++) pair.source.write(`n/burst-${i}`, `burst ${i}`);
  pair.hint(['n/']);
  await pair.clock.pass(1000);
  expect(burst.held).toBeGreaterThan(0);
  pair.passes();
  const from = pair.stage.calls.length;
  return { pair, burst, from };
}

test('an edit goes ahead of new files that wait for their turn, and so does a new file', async () => {
  const { pair, burst, from } = await busyPair();
  pair.source.write('a', 'edited');
  pair.source.write('x/c', 'fresh');
  pair.hint(['', 'x/']);
  await pair.clock.pass(1000);
  burst.letGo(1);
  await pair.clock.pass(0);
  burst.letGo(1);
  await pair.clock.pass(0);
  expect(puts(pair, from).slice(0, 2)).toEqual(['a', 'x/c']);
  expect(pair.stage.text('a')).toBe('edited');
  burst.openAll();
  await pair.clock.pass(5000);
  // the pass that follows has nothing to send, and nothing was sent twice
  expect(pair.passes()).toEqual([['', 'x/']]);
  expect(puts(pair).toSorted()).toEqual([...new Set(puts(pair)), 'a'].toSorted());
  expect(pair.loop.status).toMatchObject({ state: 'idle', waiting: 0, oldestChangeMs: undefined });
});

test('an edit of a file in the same folder as the new ones goes alone', async () => {
  const { pair, burst, from } = await busyPair();
  pair.source.write('n/0', 'edited');
  pair.hint(['n/']);
  await pair.clock.pass(1000);
  burst.letGo(3);
  await pair.clock.pass(0);
  expect(puts(pair, from).filter((path) => path === 'n/0')).toEqual(['n/0']);
  expect(pair.stage.text('n/0')).toBe('edited');
  burst.openAll();
  await pair.clock.pass(5000);
  expect(new Set(puts(pair, from)).size).toBe(puts(pair, from).length);
});

test('a file that is edited again while it goes ahead arrives as it is in the end', async () => {
  const slow = doors(({ kind, path }) => kind === 'put' && (path.includes('burst-') || path === 'a'));
  const { pair } = await busyPair({ stage: { before: slow.before } }, slow);
  pair.source.write('a', 'edited');
  pair.hint(['']);
  await pair.clock.pass(1000);
  slow.letGo(3);
  await pair.clock.pass(0);
  expect(puts(pair).filter((path) => path === 'a')).toHaveLength(2);
  pair.source.write('a', 'edited again');
  pair.hint(['']);
  await pair.clock.pass(1000);
  for (let i = 0; i < 25; i++) {
    slow.letGo(1);
    await pair.clock.pass(0);
  }
  expect(pair.stage.text('a')).toBe('edited again');
  expect(pair.passes()).toEqual([]);
  slow.openAll();
  await pair.clock.pass(5000);
  expect(pair.stage.text('a')).toBe('edited again');
  expect(puts(pair).filter((path) => path === 'a')).toHaveLength(3);
});

test('edits without end do not starve the pass, with one lane only', async () => {
  const { pair, burst } = await busyPair({ pass: { concurrency: 1 } });
  for (let i = 0; i < 3 * BURST; i++) {
    pair.source.write('a', `edit ${i}`);
    pair.hint(['']);
    await pair.clock.pass(1000);
    burst.letGo(1);
    await pair.clock.pass(0);
  }
  expect(pair.stage.text(`n/burst-${BURST - 1}`)).toBe(`burst ${BURST - 1}`);
  expect(puts(pair).filter((path) => path.includes('burst-'))).toHaveLength(BURST);
  expect(puts(pair).filter((path) => path === 'a').length).toBeGreaterThan(BURST / 2);
  // one look at the new files was enough: they were planned once
  expect(pair.passes().filter((folders) => folders.includes('n/'))).toEqual([]);
});

test('an edit is sent while everything is compared, and the comparison has nothing to do with it', async () => {
  const listings = doors(({ kind, path }) => kind === 'listFolder' && path === 'x/');
  const pair = await watchedPair({
    files: { a: '1', 'x/b': '2' },
    stage: { before: listings.before },
    fullEveryMs: 60_000,
  });
  listings.close();
  await pair.clock.pass(60_000);
  expect(pair.loop.status.state).toBe('listing');
  const from = pair.stage.calls.length;
  pair.source.write('a', 'edited');
  pair.source.write('x/c', 'fresh');
  pair.hint(['', 'x/']);
  await pair.clock.pass(1000);
  expect(puts(pair, from).toSorted()).toEqual(['a', 'x/c']);
  listings.openAll();
  await pair.clock.pass(5000);
  expect(puts(pair, from).toSorted()).toEqual(['a', 'x/c']);
  expect(pair.events.filter((event) => event.type === 'sync' && event.event.type === 'problem')).toEqual([]);
  await pair.clock.pass(60_000);
  expect(puts(pair, from)).toHaveLength(2);
});

test('an edit is sent while files are removed', async () => {
  const removals = doors(({ kind }) => kind === 'remove');
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`r/${i}`, `${i}`]));
  const pair = await watchedPair({
    files: { a: '1', 'x/b': '2', ...files },
    stage: { before: removals.before },
  });
  removals.close();
  for (let i = 0; i < 8; i++) pair.source.remove(`r/${i}`);
  pair.hint(['r/']);
  await pair.clock.pass(1000);
  expect(removals.held).toBeGreaterThan(0);
  pair.source.write('a', 'edited');
  pair.hint(['']);
  await pair.clock.pass(1000);
  removals.letGo(1);
  await pair.clock.pass(0);
  expect(pair.stage.text('a')).toBe('edited');
  removals.openAll();
  await pair.clock.pass(5000);
  expect([...pair.stage.files.keys()].filter((path) => path.startsWith('r/'))).toHaveLength(12);
});

test('an edit is sent while uploads are confirmed, and no listing from before confirms it', async () => {
  const listings = doors(({ kind, path }) => kind === 'listFolder' && path === 'x/');
  const pair = await watchedPair({ files: { a: '1', 'x/b': '2' }, stage: { before: listings.before } });
  listings.close();
  pair.source.write('x/c', 'new');
  pair.hint(['x/']);
  await pair.clock.pass(1000);
  expect(listings.held).toBe(1);
  const from = pair.stage.calls.length;
  pair.source.write('x/b', 'edited');
  pair.hint(['x/']);
  await pair.clock.pass(1000);
  expect(puts(pair, from)).toEqual(['x/b']);
  listings.openAll();
  await pair.clock.pass(5000);
  // the pass that follows lists the folder again, and a look at everything finds nothing to do
  expect(pair.stage.calls.slice(from).map(({ kind }) => kind)).toEqual(['put', 'listFolder']);
  await pair.clock.pass(3_600_000);
  expect(puts(pair, from)).toEqual(['x/b']);
});

test('what is in a folder that the plan removes, moves or makes waits for the pass that follows', async () => {
  const held = doors(({ kind, path }) => kind === 'put' && path.includes('burst-'));
  const pair = await watchedPair({
    files: { 'gone/f': '1', 'old/f': '22', 'x/b': '3', moves: 'moving' },
    stage: { before: held.before },
  });
  held.close();
  pair.source.remove('gone/');
  pair.source.move('old/', 'moved/');
  pair.source.move('moves', 'x/moves');
  for (let i = 0; i < BURST; i++) pair.source.write(`x/burst-${i}`, `burst ${i}`);
  pair.hint(['', 'x/', 'gone/', 'moved/', 'old/']);
  await pair.clock.pass(1000);
  expect(held.held).toBeGreaterThan(0);
  const from = pair.stage.calls.length;
  // each comes back where the plan has something to do
  pair.source.write('gone/f', 'again');
  pair.source.write('old/f', 'again');
  pair.source.write('moves', 'again');
  pair.source.write('x/moves', 'edited');
  pair.hint(['', 'gone/', 'old/', 'x/']);
  await pair.clock.pass(2000);
  held.letGo(2);
  await pair.clock.pass(0);
  expect(puts(pair, from).filter((path) => !path.includes('burst-'))).toEqual([]);
  held.openAll();
  await pair.clock.pass(20_000);
  const text = (path: string): string | undefined => pair.stage.text(path);
  expect([text('gone/f'), text('old/f'), text('moves'), text('x/moves'), text('moved/f')]).toEqual([
    'again',
    'again',
    'again',
    'edited',
    '22',
  ]);
});

test('where very many folders change at once they are not read twice, and an edit after that goes ahead', async () => {
  const folders = Array.from({ length: 300 }, (_, i) => `many-${i}/`);
  const listed: string[] = [];
  const files = Object.fromEntries(folders.map((folder) => [`${folder}f`, folder]));
  const { pair, burst, from } = await busyPair({
    files: { a: '1', 'x/b': '2', 'n/0': '0', ...files },
    source: (memory) => ({
      listFolder: (folder, options) => {
        listed.push(folder);
        return memory.listFolder!(folder, options);
      },
    }),
  });
  listed.length = 0;
  for (const folder of folders) pair.source.write(`${folder}f`, 'changed');
  pair.hint(folders);
  await pair.clock.pass(1500);
  expect(listed).toEqual([]);
  pair.source.write('a', 'edited');
  pair.hint(['']);
  await pair.clock.pass(1000);
  burst.letGo(2);
  await pair.clock.pass(0);
  expect(puts(pair, from)).toContain('a');
  expect(listed).toEqual(['']);
  burst.openAll();
  await pair.clock.pass(10_000);
  expect(pair.stage.text('many-299/f')).toBe('changed');
});

test('a file that was renamed meanwhile is moved by the pass that follows, not sent', async () => {
  const { pair, burst, from } = await busyPair();
  pair.source.move('a', 'x/a');
  pair.hint(['', 'x/']);
  await pair.clock.pass(1000);
  burst.openAll();
  await pair.clock.pass(5000);
  expect(puts(pair, from)).not.toContain('x/a');
  expect(pair.stage.calls.slice(from)).toContainEqual(
    expect.objectContaining({ kind: 'move', path: 'a', to: 'x/a' }),
  );
});

test('a file that was renamed and written anew, as a log is, is moved and then sent', async () => {
  const { pair, burst, from } = await busyPair();
  pair.source.move('a', 'a.1');
  pair.source.write('a', 'a new log');
  pair.hint(['']);
  await pair.clock.pass(1000);
  burst.openAll();
  await pair.clock.pass(5000);
  expect(puts(pair, from)).not.toContain('a.1');
  expect([pair.stage.text('a'), pair.stage.text('a.1')]).toEqual(['a new log', '1']);
});

test('who gave the hint is told after the pass that follows, not when its file went ahead', async () => {
  const { pair, burst } = await busyPair();
  const settled: string[] = [];
  pair.source.write('a', 'edited');
  pair.hint({ folders: [''], settled: () => settled.push('a') });
  await pair.clock.pass(1000);
  burst.letGo(2);
  await pair.clock.pass(0);
  expect(pair.stage.text('a')).toBe('edited');
  expect(settled).toEqual([]);
  burst.openAll();
  await pair.clock.pass(5000);
  expect(settled).toEqual(['a']);
});

test.each([{ atomic: true }, { atomic: true, publishSet: true }])(
  'with %j nothing is seen before it is whole',
  async (pass) => {
    const { pair, burst, from } = await busyPair({ pass });
    pair.source.write('a', 'edited');
    pair.hint(['']);
    await pair.clock.pass(1000);
    for (let i = 0; i < 20; i++) {
      burst.letGo(1);
      await pair.clock.pass(0);
    }
    expect(puts(pair, from).every((path) => path.startsWith('.stagesync-'))).toBe(true);
    // of a set nothing goes ahead
    expect(pair.stage.text('a')).toBe('publishSet' in pass ? '1' : 'edited');
    burst.openAll();
    await pair.clock.pass(10_000);
    expect(pair.stage.text('a')).toBe('edited');
    expect(
      [...pair.stage.folders, ...pair.stage.files.keys()].filter((path) => path.startsWith('.stagesync-')),
    ).toEqual([]);
    expect(pair.events.filter((event) => event.type === 'sync' && event.event.type === 'problem')).toEqual(
      [],
    );
  },
);

test('a stop while a file goes ahead finishes it and records it', async () => {
  const slow = doors(({ kind, path }) => kind === 'put' && (path.includes('burst-') || path === 'a'));
  const { pair, burst, from } = await busyPair({ stage: { before: slow.before } }, slow);
  pair.source.write('a', 'edited');
  pair.hint(['']);
  await pair.clock.pass(1000);
  burst.letGo(1);
  await pair.clock.pass(0);
  const drained = pair.drain();
  burst.openAll();
  await drained;
  expect(puts(pair, from)).toContain('a');
  expect(pair.stage.text('a')).toBe('edited');
});
