import { expect, test } from 'vitest';
import { drawSample, mostThatMayDiffer } from '../../src/check/sample.ts';

const paths = Array.from({ length: 5_000 }, (_, i) => `folder/${i}.csv`);

test('draws about the asked share, the same with the same seed, others with another', () => {
  const drawn = (percent: number, seed: number): string[] => paths.filter(drawSample({ percent, seed }));
  expect(drawn(1, 7).length).toBeGreaterThan(25);
  expect(drawn(1, 7).length).toBeLessThan(80);
  expect(drawn(1, 7)).toEqual(drawn(1, 7));
  expect(drawn(1, 7)).not.toEqual(drawn(1, 8));
  expect(drawn(100, 1)).toEqual(paths);
});

test('what a sample proves', () => {
  expect(mostThatMayDiffer(0, 10)).toBe(1);
  expect(mostThatMayDiffer(10, 10)).toBe(0);
  // the rule of three: nothing found among n, less than some 3/n
  expect(mostThatMayDiffer(300, 1e6)).toBeCloseTo(0.01, 3);
  for (const n of [1, 10, 1000]) expect((1 - mostThatMayDiffer(n, 1e9)) ** n).toBeCloseTo(0.05);
});
