import { expect, test } from 'vitest';
import { toWire, WIRE, type Batch } from '../../../src/cluster/queue/wire/batch.ts';
import { readBatch } from '../../../src/cluster/queue/wire/read-batch.ts';

const BATCH: Batch = {
  id: 'run-1-0',
  pair: 'pair',
  run: 'run',
  from: '/data',
  to: 'stage://d/in/',
  service: 'https://api',
  followSymlinks: false,
  archived: 'report',
  items: [
    {
      id: 1,
      entry: { kind: 'file', path: 'a/b', size: 3, version: '3-17', modifiedMs: undefined },
      to: 'in/a/b',
      replaces: { size: 2, modifiedMs: undefined },
      mayLook: true,
      urgent: false,
      readsBack: true,
    },
    {
      id: 2,
      entry: { kind: 'file', path: 'c', size: 0, version: '0-17', modifiedMs: 17.5 },
      to: 'in/.stagesync-x/2-new-c',
      replaces: undefined,
      mayLook: false,
      urgent: true,
      readsBack: false,
    },
  ],
};

const shipped = (): Record<string, unknown> =>
  JSON.parse(JSON.stringify({ ...toWire(BATCH, 'in/'), again: false, life: 'life' }));

/** The first item with something else at a place. */
const withItem = (at: number, value: unknown): object => {
  const data = shipped();
  (data['items'] as unknown[][])[0]![at] = value;
  return data;
};

test('a batch that was shipped is what is read', () => {
  const read = readBatch({ ...shipped(), refusedBy: ['one'], laterVersionsTell: 'more' });
  expect(read).toMatchObject({ kind: 'batch', shipped: { again: false, life: 'life', refusedBy: ['one'] } });
  expect(read.kind === 'batch' && read.batch).toEqual(BATCH);
});

test('one of another version is known as such, whatever else it has', () => {
  const { id, pair, run, from } = BATCH;
  const other = { wire: WIRE + 1, id, pair, run, from, files: 'in another form' };
  expect(readBatch(other)).toMatchObject({ kind: 'other_version', shipped: { id, wire: WIRE + 1 } });
});

test.each([
  ['nothing', undefined],
  ['a text', 'a batch'],
  ['a list', []],
  ['none of the version before batches told their version', { ...shipped(), wire: undefined }],
  ['a pair that would name another queue', { ...shipped(), pair: 'a:b' }],
  ['no ends', { ...shipped(), from: 7 }],
  ['a root that leads out', { ...shipped(), root: '../' }],
  ['items that are none', { ...shipped(), items: [[1, 'a']] }],
  [
    'more files than any version sends at once',
    { ...shipped(), items: Array(5000).fill((shipped()['items'] as unknown[])[0]) },
  ],
  ['a path out of the source', withItem(1, '../../etc/passwd')],
  ['a path through the source and out', withItem(1, 'a/../../b')],
  ['an absolute path', withItem(1, '/etc/passwd')],
  ['no path', withItem(1, '')],
  ['a path with a zero', withItem(1, 'a\0b')],
  ['a target out of the Stage', withItem(5, 'in/../../b')],
  ['a size below zero', withItem(2, -1)],
  ['a size that is none', withItem(2, 1e300)],
  ['a time that is none', withItem(4, 'now')],
])('what has the form of no batch is none: %s', (_, data) => {
  expect(readBatch(data).kind).toBe('damaged');
});
