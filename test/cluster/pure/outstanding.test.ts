import { expect, test } from 'vitest';
import { Outstanding, type Pending } from '../../../src/cluster/queue/coordinator/outstanding.ts';

const file = (id: number, size: number): Pending => ({
  transfer: {
    id,
    entry: { kind: 'file', path: `f${id}`, size, version: 'v', modifiedMs: 1 },
    to: `in/f${id}`,
    mayLook: true,
    urgent: false,
    readsBack: false,
  },
  resolve: () => undefined,
  reject: () => undefined,
});

const batch = (id: string, shippedMs: number, ...items: readonly Pending[]) => ({
  batch: {
    id,
    pair: 'p',
    run: 'r',
    from: 'a',
    to: 'b',
    service: 's',
    followSymlinks: false,
    archived: 'report' as const,
    items: items.map(({ transfer }) => transfer),
  },
  items,
  shippedMs,
});

test('what is outstanding is counted by what the broker last said of it', () => {
  const outstanding = new Outstanding();
  outstanding.add(batch('one', 2000, file(1, 10), file(2, 20)));
  outstanding.add(batch('two', 1000, file(3, 5)));
  outstanding.add(batch('three', 3000, file(4, 1)));
  expect(outstanding.counts).toMatchObject({ waiting: 3, active: 0, files: 4, bytes: 36, oldestMs: 1000 });
  outstanding.seen(
    ['one', 'two', 'three'],
    new Map([
      ['one', 'active'],
      ['two', 'answered'],
    ]),
  );
  expect(outstanding.counts).toMatchObject({ waiting: 1, active: 1, answered: 1 });
  outstanding.take('two');
  expect(outstanding.counts).toMatchObject({ answered: 0, files: 3, bytes: 31, oldestMs: 2000 });
  outstanding.takeAll();
  expect(outstanding.counts).toEqual({
    waiting: 0,
    active: 0,
    answered: 0,
    files: 0,
    bytes: 0,
    oldestMs: undefined,
  });
});
