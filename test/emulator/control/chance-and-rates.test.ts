import { describe, expect, test } from 'vitest';
import { drawLatency, seededRandom } from '../../../src/emulator/control/random.ts';
import { TokenBucket } from '../../../src/emulator/control/token-bucket.ts';

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

describe('chance', () => {
  test('repeats itself for the same seed and covers [0, 1) evenly', () => {
    const numbers = draws(10_000, seededRandom(1));
    expect(draws(10_000, seededRandom(1))).toEqual(numbers);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = numbers.filter((number) => Math.floor(number * 10) === tenth).length;
      expect(share).toBeGreaterThan(800);
      expect(share).toBeLessThan(1200);
    }
  });

  test('draws latencies that are fixed, even between two, or log-normal with a bound', () => {
    const random = seededRandom(3);
    expect(drawLatency(5, random)).toBe(5);
    const even = draws(1000, () => drawLatency({ uniform: [10, 20] }, random));
    expect(Math.min(...even)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...even)).toBeLessThan(20);
    const skewed = draws(4001, () =>
      drawLatency({ lognormal: { medianMs: 100, sigma: 1, maxMs: 3000 } }, random),
    ).sort((a, b) => a - b);
    expect(skewed[2000]).toBeGreaterThan(85);
    expect(skewed[2000]).toBeLessThan(115);
    expect(skewed.at(-1)).toBeLessThanOrEqual(3000);
    expect(skewed.at(-1)).toBeGreaterThan(1000);
  });
});

describe('a token bucket', () => {
  test('lets a burst through, then the rate, and says how long to wait', () => {
    const bucket = new TokenBucket(10, 2, 0);
    expect([bucket.take(1, 0), bucket.take(1, 0), bucket.take(1, 0)]).toEqual([0, 0, 100]);
    expect(bucket.take(1, 50)).toBe(50);
    expect(bucket.take(1, 100)).toBe(0);
    expect([bucket.take(1, 60_000), bucket.take(1, 60_000)]).toEqual([0, 0]);
    expect(bucket.take(1, 60_000)).toBeGreaterThan(0);
  });

  test('lends units in the order they are asked for', () => {
    const bucket = new TokenBucket(1000, 100, 0);
    expect([bucket.owe(100, 0), bucket.owe(500, 0), bucket.owe(500, 0)]).toEqual([0, 500, 1000]);
    expect(bucket.owe(0, 1000)).toBe(0);
  });
});
