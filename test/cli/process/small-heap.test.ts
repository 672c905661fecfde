import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const MODULE = new URL('../../../src/cli/process/small-heap.ts', import.meta.url).href;

/** The young generation of a process of its own, in MB, before and after it has kept a million objects. */
function youngAfter(before: string): { first: number; last: number } {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    ${before}
    const young = () => {
      const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      return (space.space_used_size + space.space_available_size) / (1024 * 1024);
    };
    const first = young();
    const kept = Array.from({ length: 1_000_000 }, (_, at) => ({ at }));
    console.log(JSON.stringify({ first, last: young(), kept: kept.length }));
  `;
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  return JSON.parse(out) as { first: number; last: number };
}

test('the young generation gets its size at once and keeps it, where it would else have grown', () => {
  const small = youngAfter(`import { keepHeapSmall } from ${JSON.stringify(MODULE)}; keepHeapSmall();`);
  expect(small.first).toBeGreaterThan(3);
  expect(small.first).toBeLessThan(5);
  expect(small.last).toBeLessThan(5);
  expect(youngAfter('').last).toBeGreaterThan(8);
});
