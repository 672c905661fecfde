import { array, assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_BODY_BYTES } from '../../src/data-api/data-api.ts';
import { pathBatches } from '../../src/load/path-batches.ts';

test('each path is in one group, in order, and each group fits into a request twice', () => {
  assert(
    property(array(string({ unit: 'binary', maxLength: 40 }), { maxLength: 200 }), (paths) => {
      const batches = [...pathBatches(paths)];
      expect(batches.flat()).toEqual(paths);
      expect(batches.every((batch) => batch.length > 0)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('thousands of long paths take groups of less than a megabyte', () => {
  const paths = Array.from({ length: 5000 }, (_, at) => `${'"\\ü'.repeat(300)}${at}`);
  const batches = [...pathBatches(paths)];
  expect(batches.flat().length).toBe(paths.length);
  for (const batch of batches)
    expect(Buffer.byteLength(JSON.stringify(batch.flatMap((path) => [path, `/${path}`])))).toBeLessThan(
      MOST_BODY_BYTES,
    );
});
