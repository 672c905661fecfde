import { expect, test } from 'vitest';
import { MemoryBudget } from '../../../src/remote/gate/memory-budget.ts';

const MIB = 1024 * 1024;

test('a small upload takes nothing, a large one what it reads ahead', () => {
  const weights = [0, 4096, 64 * 1024, 100_000, MIB, 1024 * MIB].map((size) => MemoryBudget.weightOf(size));
  expect(weights).toEqual([0, 0, 0, 100_000, MIB, MIB]);
});

test('uploads wait in their order until those before give back what they took', async () => {
  const budget = new MemoryBudget(2 * MIB);
  const order: string[] = [];
  const take = async (name: string, bytes: number): Promise<void> => {
    await budget.take(bytes);
    order.push(name);
  };
  const all = [take('a', MIB), take('b', MIB), take('c', MIB), take('d', 100)];
  await Promise.resolve();
  expect(order).toEqual(['a', 'b']);
  budget.give(MIB);
  await Promise.all(all.slice(0, 3));
  expect(order).toEqual(['a', 'b', 'c']);
  budget.give(MIB);
  await Promise.all(all);
  expect(order).toEqual(['a', 'b', 'c', 'd']);
});

test('one alone always fits, and a larger budget lets those go on that wait', async () => {
  const budget = new MemoryBudget(10);
  await budget.take(1000);
  let second = false;
  const waiting = budget.take(1000).then(() => (second = true));
  await Promise.resolve();
  expect(second).toBe(false);
  budget.bytes = 5000;
  await waiting;
  expect(second).toBe(true);
});
