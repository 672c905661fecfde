import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceEntry } from '../../../../src/model/entry.ts';
import { packEntries, unpackEntries } from '../../../../src/sources/local/walk/entry-batch.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\0/]/.test(text));
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const stats = {
  size: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  modifiedMs: fc.integer(),
  version: fc.stringMatching(/^\d+:-?\d+$/),
};
const entry: fc.Arbitrary<SourceEntry> = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), path, ...stats, identity: fc.stringMatching(/^\d+:\d+$/) }),
  fc.record({ kind: fc.constant('file' as const), path, ...stats }),
  fc.record({ kind: fc.constant('folder' as const), path: path.map((text) => `${text}/`) }),
  fc.record({
    kind: fc.constant('unknown' as const),
    path,
    covers: fc.constantFrom('path', 'subtree', 'nothing'),
    problem: fc.record({
      code: fc.constant('unreadable'),
      severity: fc.constantFrom('warning', 'failure'),
      message: fc.string(),
    }),
  }),
);

test('what is unpacked is what was packed, in its order', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
      expect(unpackEntries(packEntries(entries))).toEqual(entries);
    }),
  );
});
