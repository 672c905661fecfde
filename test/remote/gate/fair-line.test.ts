import { expect, test } from 'vitest';
import { FairLine } from '../../../src/remote/gate/fair-line.ts';

const [large, small, other] = [{}, {}, {}];

function lineOf(...items: readonly (readonly [object, string])[]): FairLine<string> {
  const line = new FairLine<string>();
  for (const [owner, item] of items) line.add(owner, item);
  return line;
}

function served(line: FairLine<string>): string[] {
  const items: string[] = [];
  for (let next = line.shift(); next !== undefined; next = line.shift()) items.push(next);
  return items;
}

test('owners take turns; each in the order in which it came', () => {
  const line = lineOf(
    [large, 'l1'],
    [large, 'l2'],
    [large, 'l3'],
    [small, 's1'],
    [other, 'o1'],
    [small, 's2'],
  );
  expect(line.size).toBe(6);
  expect(line.first).toBe('l1');
  expect(served(line)).toEqual(['l1', 's1', 'o1', 'l2', 's2', 'l3']);
  expect(line.size).toBe(0);
  expect(line.first).toBeUndefined();
});

test('an owner that comes anew waits for one turn of each other at most', () => {
  const line = lineOf([large, 'l1'], [large, 'l2'], [large, 'l3']);
  line.shift();
  line.add(small, 's1');
  expect(served(line)).toEqual(['l2', 's1', 'l3']);
});

test('who leaves is not served, and counts no more', () => {
  const line = lineOf([large, 'l1'], [small, 's1'], [large, 'l2']);
  line.delete(small, 's1');
  line.delete(small, 's1');
  line.delete(large, 'l1');
  expect([...line]).toEqual(['l2']);
  expect(line.size).toBe(1);
  expect(served(line)).toEqual(['l2']);
});
