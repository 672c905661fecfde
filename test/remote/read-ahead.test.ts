import { describe, expect, test } from 'vitest';
import type { FileEntry } from '../../src/model/entry.ts';
import { SyncError } from '../../src/model/errors.ts';
import type { Content } from '../../src/model/ports.ts';
import { ReadAhead } from '../../src/remote/read-ahead.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createTestClock } from '../support/engine/engine.ts';

const KIB = 1024;
const file = (path: string, size = 1): FileEntry => ({
  kind: 'file',
  path,
  size,
  modifiedMs: 0,
  version: 'v',
});
const contentOf = ({ path, size }: FileEntry): Content => ({ size, bytes: Buffer.from(path) });
const changed = new SyncError('entry_changed', 'changed', { verdict: 'skip_entry', fact: 'changed' });
const broken = new SyncError('source_unreachable', 'broken', { verdict: 'retry', fact: 'out_of_reach' });

/** A source whose readings are answered by hand. */
function setUp({ lanes = 2 } = {}) {
  const begun: string[] = [];
  const open: PromiseWithResolvers<Content>[] = [];
  const [draining, stop] = [new AbortController(), new AbortController()];
  const clock = createTestClock();
  const gate = { lanes };
  const source = {
    ...createMemorySource(),
    read(entry: FileEntry): Promise<Content> {
      begun.push(entry.path);
      const answer = Promise.withResolvers<Content>();
      open.push(answer);
      return answer.promise;
    },
  };
  const ahead = new ReadAhead({ source, gate, clock, draining: draining.signal, signal: stop.signal });
  return { ahead, begun, open, gate, clock, draining, stop };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('files are read before they are asked for, as many as there are lanes, in their order', async () => {
  const { ahead, begun, open } = setUp();
  const [a, b, c] = ['a', 'b', 'c'].map((path) => ahead.expect(file(path)));
  expect(begun).toEqual(['a', 'b']);
  open[0]!.resolve(contentOf(file('a')));
  await settled();
  expect(begun).toEqual(['a', 'b']);
  expect(await a!.read()).toEqual(contentOf(file('a')));
  // the turn of the first has come, so there is room for another
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const each of [a, b, c]) each!.close();
  expect(begun).toHaveLength(3);
});

test('more lanes are used as they come', () => {
  const { ahead, begun, gate } = setUp({ lanes: 1 });
  for (const path of ['a', 'b', 'c']) ahead.expect(file(path));
  expect(begun).toEqual(['a']);
  gate.lanes = 3;
  ahead.expect(file('d'));
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('a large file is read in its turn, and holds up no other', async () => {
  const { ahead, begun, open } = setUp();
  const large = ahead.expect(file('large', 256 * KIB + 1));
  ahead.expect(file('small'));
  expect(begun).toEqual(['small']);
  const read = large.read();
  await settled();
  expect(begun).toEqual(['small', 'large']);
  open[1]!.resolve(contentOf(file('large')));
  expect(await read).toEqual(contentOf(file('large')));
});

test('the bytes of all files together are bounded', () => {
  const { ahead, begun } = setUp({ lanes: 1000 });
  const files = Array.from({ length: 100 }, (_, i) => ahead.expect(file(String(i), 256 * KIB)));
  expect(begun).toHaveLength(64);
  files[0]!.close();
  expect(begun).toHaveLength(65);
});

test('a file that is not read yet when its turn comes is read then, and once', async () => {
  const { ahead, begun, open } = setUp({ lanes: 1 });
  const [a, b] = [ahead.expect(file('a')), ahead.expect(file('b'))];
  const read = b.read();
  await settled();
  expect(begun).toEqual(['a', 'b']);
  open[1]!.resolve(contentOf(file('b')));
  await read;
  a.close();
  expect(begun).toEqual(['a', 'b']);
});

test('each attempt but the first is a fresh reading', async () => {
  const { ahead, begun, open } = setUp();
  const a = ahead.expect(file('a'));
  open[0]!.resolve(contentOf(file('a')));
  await a.read();
  const again = a.read();
  await settled();
  expect(begun).toEqual(['a', 'a']);
  open[1]!.reject(changed);
  await expect(again).rejects.toBe(changed);
});

test('what was read long ago is read anew', async () => {
  const { ahead, begun, open, clock } = setUp();
  const a = ahead.expect(file('a'));
  open[0]!.resolve(contentOf(file('a')));
  await settled();
  await clock.sleep(60_001, new AbortController().signal);
  const read = a.read();
  await settled();
  expect(begun).toEqual(['a', 'a']);
  open[1]!.resolve(contentOf(file('a')));
  await read;
});

describe('a reading that failed', () => {
  test('for good rejects its own file, and is not made again', async () => {
    const { ahead, begun, open } = setUp();
    const [a, b] = [ahead.expect(file('a')), ahead.expect(file('b'))];
    open[0]!.reject(changed);
    open[1]!.resolve(contentOf(file('b')));
    await expect(a.read()).rejects.toBe(changed);
    expect(await b.read()).toEqual(contentOf(file('b')));
    expect(begun).toEqual(['a', 'b']);
  });

  test('and may succeed is made again in its turn', async () => {
    const { ahead, begun, open } = setUp();
    const a = ahead.expect(file('a'));
    open[0]!.reject(broken);
    const read = a.read();
    await settled();
    expect(begun).toEqual(['a', 'a']);
    open[1]!.resolve(contentOf(file('a')));
    expect(await read).toEqual(contentOf(file('a')));
  });

  test('and that nobody asks for rejects nowhere', async () => {
    const { ahead, open } = setUp();
    ahead.expect(file('a')).close();
    open[0]!.reject(broken);
    await settled();
  });
});

test.each(['draining', 'stop'] as const)('nothing is read ahead any more after %s', async (which) => {
  const { ahead, begun, open, [which]: controller } = setUp({ lanes: 1 });
  const [a, b] = [ahead.expect(file('a')), ahead.expect(file('b'))];
  controller.abort();
  open[0]!.resolve(contentOf(file('a')));
  await a.read();
  a.close();
  b.close();
  ahead.expect(file('c'));
  expect(begun).toEqual(['a']);
});

test('a content that nobody takes is closed', async () => {
  const { ahead, open } = setUp();
  let closed = 0;
  const chunks: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new Error('it is not read')),
      return: () => Promise.resolve({ done: true, value: ++closed }),
    }),
  };
  const a = ahead.expect(file('a'));
  open[0]!.resolve({ size: 1, chunks });
  a.close();
  await settled();
  expect(closed).toBe(1);
});
