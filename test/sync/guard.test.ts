import { describe, expect, test } from 'vitest';
import { STAGE_WORDS } from '../../src/destinations/stage/stage-words.ts';
import { checkGuards, inWhole, removalsAllowed } from '../../src/sync/guard.ts';
import type { GuardFacts } from '../../src/sync/guard.ts';
import { GUARDS } from '../../src/sync/pass-options.ts';
import type { GuardName, RemovalLimit } from '../../src/sync/pass-options.ts';

const facts = (some: Partial<GuardFacts>): GuardFacts => ({
  inSource: 100,
  atDestination: 100,
  removals: 0,
  ...some,
});
const HALF: RemovalLimit = { percent: 50 };
const none: ReadonlySet<GuardName> = new Set();

describe('the empty source', () => {
  test.each<[string, Partial<GuardFacts>, boolean]>([
    ['nothing in the source, files on Stage', { inSource: 0 }, true],
    ['nothing in the source, nothing on Stage', { inSource: 0, atDestination: 0 }, false],
    ['one file', { inSource: 1 }, false],
  ])('%s: refused %s', (_, some, refused) => {
    expect(
      checkGuards(facts(some), { maxDelete: HALF, force: none, begun: false, words: STAGE_WORDS })?.code,
    ).toBe(refused ? 'guard_empty_source' : undefined);
  });
});

describe('a pass over some folders is weighed as a part of the whole', () => {
  const ledger = (files: number) => ({ countFiles: () => files });
  test('files elsewhere are at both ends', () => {
    expect(inWhole(facts({ inSource: 0, atDestination: 3, removals: 3 }), ledger(10))).toEqual({
      inSource: 7,
      atDestination: 10,
      removals: 3,
    });
    expect(inWhole(facts({ inSource: 50, atDestination: 60, removals: 21 }), ledger(100))).toEqual({
      inSource: 90,
      atDestination: 100,
      removals: 21,
    });
  });
  test('the ledger is only asked where it matters', () => {
    const unasked = { countFiles: () => expect.fail('asked') };
    expect(inWhole(facts({ inSource: 1, removals: 20 }), unasked)).toMatchObject({ inSource: 1 });
    expect(inWhole(facts({ inSource: 0, atDestination: 0 }), unasked)).toMatchObject({ inSource: 0 });
  });
});

describe('the removal cap', () => {
  test.each<[RemovalLimit, number, number]>([
    [{ percent: 50 }, 1000, 500],
    [{ percent: 50 }, 1001, 500],
    [{ percent: 10 }, 100, 20],
    [{ percent: 50 }, 10, 20],
    [{ percent: 100 }, 1000, 1000],
    [{ percent: 0 }, 1000, 0],
    [{ count: 0 }, 1000, 0],
    [{ count: 7 }, 3, 7],
  ])('%j of %i files allows %i', (limit, atDestination, allowed) => {
    expect(removalsAllowed(limit, atDestination)).toBe(allowed);
    expect(
      checkGuards(facts({ atDestination, removals: allowed }), {
        maxDelete: limit,
        force: none,
        begun: false,
        words: STAGE_WORDS,
      }),
    ).toBeUndefined();
    expect(
      checkGuards(facts({ atDestination, removals: allowed + 1 }), {
        maxDelete: limit,
        force: none,
        begun: false,
        words: STAGE_WORDS,
      })?.code,
    ).toBe('guard_max_delete');
  });
});

test('--force passes exactly the guard it names', () => {
  const empty = facts({ inSource: 0 });
  const many = facts({ removals: 100 });
  for (const guard of GUARDS) {
    const force = new Set([guard]);
    expect(
      checkGuards(empty, { maxDelete: HALF, force: force, begun: false, words: STAGE_WORDS })?.code,
    ).toBe(guard === 'empty-source' ? undefined : 'guard_empty_source');
    expect(checkGuards(many, { maxDelete: HALF, force: force, begun: false, words: STAGE_WORDS })?.code).toBe(
      guard === 'max-delete' ? undefined : 'guard_max_delete',
    );
  }
  const both = facts({ inSource: 0, removals: 100 });
  expect(
    checkGuards(both, { maxDelete: HALF, force: new Set(['empty-source']), begun: false, words: STAGE_WORDS })
      ?.code,
  ).toBe('guard_max_delete');
  expect(
    checkGuards(both, {
      maxDelete: HALF,
      force: new Set(['empty-source', 'max-delete']),
      begun: false,
      words: STAGE_WORDS,
    }),
  ).toBeUndefined();
});

test('a refusal says what would happen, that nothing did, and the way out', () => {
  const error = checkGuards(facts({ removals: 80 }), {
    maxDelete: HALF,
    force: none,
    begun: false,
    words: STAGE_WORDS,
  });
  expect(error?.verdict).toBe('end_run');
  expect(error?.message).toMatch(
    /^80 files would be removed.*nothing was changed.*--dry-run.*--force max-delete$/,
  );
});
