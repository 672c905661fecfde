import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSyncError } from '../../src/model/errors.ts';
import { createFilter, isReserved, parseFilterLines } from '../../src/filter/filter.ts';
import type { FilterRule } from '../../src/filter/filter.ts';

// Few names, so that patterns and paths meet.
const name = fc.constantFrom('a', 'b', 'c.csv', 'd.tmp', '.stagesync', '.stagesync-x');
const folder = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `${names.join('/')}/`);
const below = fc
  .tuple(fc.array(name, { maxLength: 3 }), name, fc.constantFrom('', '/'))
  .map(([folders, last, end]) => [...folders, last].join('/') + end);
const piece = fc.oneof(name, fc.constantFrom('*', '**', '*.csv', 'a*', '?', '[ab]', '\\-'));
const pattern = fc
  .tuple(
    fc.constantFrom('', '/', '**/', './'),
    fc.array(piece, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '/', '/**'),
  )
  .map(([start, pieces, end]) => start + pieces.join('/') + end);
const rule = fc.record<FilterRule>({ kind: fc.constantFrom('include', 'exclude'), pattern });
const rules = fc.array(rule, { maxLength: 4 });
const ignoreFile = fc.array(
  fc.tuple(fc.constantFrom('', '!'), pattern).map(([bang, each]) => bang + each),
  { maxLength: 3 },
);

test('nothing below a pruned folder takes part', () => {
  fc.assert(
    fc.property(ignoreFile, rules, folder, below, (lines, list, top, rest) => {
      const filter = createFilter({ ignoreFile: lines, rules: list });
      if (filter.prunes(top)) expect(filter.excludes(top + rest)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('a folder below a pruned one is pruned too', () => {
  fc.assert(
    fc.property(ignoreFile, rules, folder, folder, (lines, list, top, rest) => {
      const filter = createFilter({ ignoreFile: lines, rules: list });
      if (filter.prunes(top)) expect(filter.prunes(top + rest)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('reserved names never take part, whatever the rules', () => {
  fc.assert(
    fc.property(ignoreFile, rules, below, (lines, list, path) => {
      if (isReserved(path))
        expect(createFilter({ ignoreFile: lines, rules: list }).excludes(path)).toBe(true);
    }),
  );
});

test('a last rule that includes everything lets everything through, one that excludes everything nothing', () => {
  fc.assert(
    fc.property(rules, below, (list, path) => {
      const all = createFilter({ rules: [...list, { kind: 'include', pattern: '*' }] });
      const none = createFilter({ rules: [...list, { kind: 'exclude', pattern: '*' }] });
      expect(all.excludes(path)).toBe(isReserved(path));
      expect(none.excludes(path)).toBe(true);
    }),
  );
});

test('the answers do not depend on what was asked before', () => {
  fc.assert(
    fc.property(ignoreFile, rules, fc.array(below, { maxLength: 10 }), (lines, list, paths) => {
      const asked = createFilter({ ignoreFile: lines, rules: list });
      for (const path of paths) asked.excludes(path);
      for (const path of paths)
        expect(asked.excludes(path)).toBe(createFilter({ ignoreFile: lines, rules: list }).excludes(path));
    }),
  );
});

test('any text is either a list of usable rules or refused with its line', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('!', '#', '\\', '[', ']', '*', '/', ' ', 'a', '\n', '\r') }),
  );
  fc.assert(
    fc.property(text, fc.string({ unit: 'binary', minLength: 1 }), (lines, path) => {
      let parsed: FilterRule[];
      try {
        parsed = parseFilterLines(lines, 'rules');
      } catch (error) {
        expect(isSyncError(error) && /^rules, line \d+: /.test(error.message)).toBe(true);
        return;
      }
      const filter = createFilter({ rules: parsed });
      expect(typeof filter.excludes(path)).toBe('boolean');
    }),
    { numRuns: 2000 },
  );
});
