import { describe, expect, test } from 'vitest';
import type { FileEntry } from '../../../src/model/entry.ts';
import type { ShownVersion } from '../../../src/model/plan.ts';
import { decideFile, sameShown } from '../../../src/sync/compare/decide.ts';
import type { DecideOptions } from '../../../src/sync/compare/decide.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';

const T = 1_700_000_000_000;
const source = (some: Partial<FileEntry> = {}): FileEntry => ({
  kind: 'file',
  path: 'a',
  size: 5,
  modifiedMs: T,
  version: 'v1',
  identity: 'i1',
  ...some,
});
const shown = (some: Partial<ShownVersion> = {}): ShownVersion => ({
  size: 5,
  modifiedMs: T + 60_000,
  ...some,
});
const row = (some: Partial<LedgerRow> = {}): LedgerRow => ({
  path: 'a',
  size: 5,
  version: 'v1',
  identity: 'i1',
  digest: 'd1',
  shownModifiedMs: T + 60_000,
  pending: false,
  adopted: false,
  ...some,
});

type Case = [string, FileEntry | undefined, ShownVersion | undefined, LedgerRow | undefined, object];
const decide = (case_: Case, options: Partial<DecideOptions> = {}) =>
  decideFile(case_[1], case_[2], case_[3], { removal: 'ours', compare: 'size', verify: false, ...options });

describe('the source has the file', () => {
  test.each<Case>([
    ['new everywhere', source(), undefined, undefined, { do: 'upload', reason: 'new' }],
    ['as it was', source(), shown(), row(), { do: 'unchanged' }],
    [
      'as it was, its time on Stage not yet known',
      source(),
      shown(),
      row({ pending: true, shownModifiedMs: undefined }),
      { do: 'confirm' },
    ],
    [
      'edited to another size',
      source({ version: 'v2', size: 6 }),
      shown(),
      row(),
      { do: 'upload', reason: 'changed' },
    ],
    [
      'a new version of the same size',
      source({ version: 'v2' }),
      shown(),
      row(),
      { do: 'check_digest', digest: 'd1' },
    ],
    [
      'a new version of the same size, no digest',
      source({ version: 'v2' }),
      shown(),
      row({ digest: undefined }),
      { do: 'upload', reason: 'changed' },
    ],
    [
      'another file of the same size and time',
      source({ identity: 'i2' }),
      shown(),
      row(),
      { do: 'check_digest' },
    ],
    [
      'the same version, no identity then',
      source(),
      shown(),
      row({ identity: undefined }),
      { do: 'unchanged' },
    ],
    ['changed on Stage by size', source(), shown({ size: 7 }), row(), { do: 'upload', reason: 'drifted' }],
    [
      'changed on Stage by time',
      source(),
      shown({ modifiedMs: T + 70_000 }),
      row(),
      { do: 'upload', reason: 'drifted' },
    ],
    [
      'changed on Stage and in the source',
      source({ version: 'v2' }),
      shown({ size: 7 }),
      row(),
      { do: 'upload', reason: 'changed' },
    ],
    [
      'a fraction of a second off on Stage',
      source(),
      shown({ modifiedMs: T + 60_999 }),
      row(),
      { do: 'unchanged' },
    ],
    ['no time on Stage', source(), shown({ modifiedMs: undefined }), row(), { do: 'unchanged' }],
    ['gone on Stage', source(), undefined, row(), { do: 'upload', reason: 'missing' }],
    [
      'gone on Stage and edited',
      source({ version: 'v2', size: 6 }),
      undefined,
      row(),
      { do: 'upload', reason: 'changed' },
    ],
    ['first met, equal and older', source(), shown(), undefined, { do: 'adopt' }],
    [
      'first met, equal and newer',
      source({ modifiedMs: T + 120_000 }),
      shown(),
      undefined,
      { do: 'upload', reason: 'differs' },
    ],
    [
      'first met, of another size',
      source(),
      shown({ size: 6 }),
      undefined,
      { do: 'upload', reason: 'differs' },
    ],
    [
      'first met, no time on Stage',
      source(),
      shown({ modifiedMs: undefined }),
      undefined,
      { do: 'upload', reason: 'differs' },
    ],
    [
      'first met, no time in the source',
      source({ modifiedMs: undefined }),
      shown(),
      undefined,
      { do: 'upload', reason: 'differs' },
    ],
  ])('%s', (...given) => {
    expect(decide(given)).toMatchObject(given[4]);
  });

  test('--compare content reads both on first meeting, whatever the times', () => {
    for (const modifiedMs of [T, T + 120_000, undefined]) {
      const met: Case = ['', source({ modifiedMs }), shown(), undefined, {}];
      expect(decide(met, { compare: 'content' })).toMatchObject({ do: 'compare_content' });
    }
  });
});

describe('the source has no such file', () => {
  test.each<[string, ShownVersion | undefined, LedgerRow | undefined, string, string, string]>([
    ['ours, as we put it', shown(), row(), 'leave', 'remove', 'remove'],
    ['ours, changed by someone', shown({ size: 9 }), row(), 'keep', 'keep', 'remove'],
    ['not ours', shown(), undefined, 'nothing', 'nothing', 'remove'],
    ['ours, gone already', undefined, row(), 'forget', 'forget', 'forget'],
    ['adopted, as it was', shown(), row({ adopted: true }), 'nothing', 'keep', 'remove'],
    ['adopted, changed by someone', shown({ size: 9 }), row({ adopted: true }), 'keep', 'keep', 'remove'],
    ['adopted, gone already', undefined, row({ adopted: true }), 'forget', 'forget', 'forget'],
    ['nowhere', undefined, undefined, 'nothing', 'nothing', 'nothing'],
  ])('%s: without removals %s, --delete %s, --mirror %s', (_, shown, known, none, ours, everything) => {
    const found: Case = ['', undefined, shown, known, {}];
    expect(decide(found, { removal: 'none' }).do).toBe(none);
    expect(decide(found, { removal: 'ours' }).do).toBe(ours);
    expect(decide(found, { removal: 'everything' }).do).toBe(everything);
  });
});

test('what is kept says why: others changed it, or it never was put there by us', () => {
  const kept = (known: LedgerRow, shown: ShownVersion) => decide(['', undefined, shown, known, {}]);
  expect(kept(row(), shown({ size: 9 }))).toEqual({ do: 'keep', why: 'changed' });
  expect(kept(row({ adopted: true }), shown())).toEqual({ do: 'keep', why: 'adopted' });
  expect(kept(row({ adopted: true }), shown({ size: 9 }))).toEqual({ do: 'keep', why: 'changed' });
});

test('a mirror removes what is not ours as that: it cannot be moved from', () => {
  const mirrored = (known: LedgerRow | undefined, shown: ShownVersion) =>
    decide(['', undefined, shown, known, {}], { removal: 'everything' });
  expect(mirrored(row({ adopted: true }), shown())).toEqual({ do: 'remove', reason: 'not_in_source' });
  expect(mirrored(row(), shown({ size: 9 }))).toEqual({ do: 'remove', reason: 'not_in_source' });
  expect(mirrored(row(), shown())).toEqual({ do: 'remove', reason: 'gone_from_source' });
});

describe('an adopted file that the source has', () => {
  test.each<Case>([
    ['as it was', source(), shown(), row({ adopted: true }), { do: 'unchanged' }],
    [
      'changed at the source',
      source({ size: 6, version: 'v2' }),
      shown(),
      row({ adopted: true }),
      { do: 'upload', reason: 'changed' },
    ],
    [
      'changed on Stage',
      source(),
      shown({ size: 9 }),
      row({ adopted: true }),
      { do: 'upload', reason: 'drifted' },
    ],
  ])('%s, is treated as ours: a name that the source has is overwritten', (...given) => {
    expect(decide(given)).toMatchObject(given[4]);
  });
});

describe('--compare content', () => {
  const verify = { compare: 'content', verify: true } as const;
  test.each<Case>([
    ['as it was', source(), shown(), row(), { do: 'compare_content' }],
    [
      'as it was, its time on Stage not yet known',
      source(),
      shown(),
      row({ pending: true }),
      { do: 'compare_content' },
    ],
    [
      'of a new version and the same size',
      source({ version: 'v2' }),
      shown(),
      row(),
      { do: 'compare_content' },
    ],
    ['adopted', source(), shown(), row({ adopted: true }), { do: 'compare_content' }],
    [
      'edited to another size',
      source({ size: 6, version: 'v2' }),
      shown(),
      row(),
      { do: 'upload', reason: 'changed' },
    ],
    ['changed on Stage', source(), shown({ size: 9 }), row(), { do: 'upload', reason: 'drifted' }],
    ['gone on Stage', source(), undefined, row(), { do: 'upload', reason: 'missing' }],
  ])('reads again what the ledger knows: %s', (...given) => {
    expect(decide(given, verify)).toMatchObject(given[4]);
  });

  test('reads nothing again where that is not asked for, nor when sizes are compared', () => {
    const known: Case = ['', source(), shown(), row(), {}];
    expect(decide(known, { compare: 'content' })).toEqual({ do: 'unchanged' });
    expect(decide(known, { verify: true })).toEqual({ do: 'unchanged' });
  });
});

test('a time that either side does not tell, or that is off by less than a second, is no difference', () => {
  const shown = (modifiedMs: number | undefined, size = 5) => ({ size, modifiedMs });
  expect(sameShown(shown(T), shown(undefined))).toBe(true);
  expect(sameShown(shown(T), shown(T + 999))).toBe(true);
  expect(sameShown(shown(T), shown(T + 1000))).toBe(false);
  expect(sameShown(shown(T), shown(T + 1000), true)).toBe(true);
  expect(sameShown(shown(T), shown(T, 6), true)).toBe(false);
});

describe('by size alone', () => {
  const bySize = { compare: 'size-only' } as const;

  test.each<Case>([
    [
      'equal sizes are equal at the first meeting, also when the source is newer',
      source({ modifiedMs: T * 2 }),
      shown(),
      undefined,
      { do: 'adopt' },
    ],
    [
      'other sizes differ at the first meeting',
      source({ size: 6 }),
      shown(),
      undefined,
      { do: 'upload', reason: 'differs' },
    ],
    [
      'another version of the same size is no change',
      source({ version: 'v2', identity: 'i2' }),
      shown(),
      row(),
      { do: 'unchanged' },
    ],
    [
      'what others put there is equal when its size is',
      source(),
      shown({ modifiedMs: T * 2 }),
      row(),
      { do: 'unchanged' },
    ],
    [
      'what was not yet confirmed is so now',
      source({ version: 'v2' }),
      shown(),
      row({ pending: true, shownModifiedMs: undefined }),
      { do: 'confirm' },
    ],
    [
      'another size is a change',
      source({ version: 'v2', size: 6 }),
      shown(),
      row(),
      { do: 'upload', reason: 'changed' },
    ],
    ['what is missing comes back', source(), undefined, row(), { do: 'upload', reason: 'missing' }],
    [
      'what arrived is not known: it is sent anew',
      source(),
      shown(),
      row({ version: '', identity: undefined, digest: undefined }),
      { do: 'upload', reason: 'changed' },
    ],
  ])('%s', (...case_) => {
    expect(decide(case_, bySize)).toMatchObject(case_[4]);
  });
});

describe('the file is loaded, and has left', () => {
  const loaded = (some: Partial<LedgerRow> = {}): LedgerRow => row({ loaded: true, ...some });
  const theirs = shown({ size: 9 });

  test.each<Case>([
    ['as it was', source(), undefined, loaded(), { do: 'unchanged' }],
    ['as it was, and others put a file there', source(), theirs, loaded(), { do: 'unchanged' }],
    ['changed', source({ version: 'v2', size: 6 }), undefined, loaded(), { do: 'upload', reason: 'changed' }],
    ['touched', source({ version: 'v2' }), undefined, loaded(), { do: 'check_digest', shown: undefined }],
    ['gone from the source', undefined, undefined, loaded(), { do: 'forget' }],
    ['gone, and others put a file there', undefined, theirs, loaded(), { do: 'forget', stays: theirs }],
  ])('%s', (...case_) => {
    expect(decide(case_)).toMatchObject(case_[4]);
  });

  test('only a mirror removes what others put there, once the source has no such file', () => {
    const case_: Case = ['', undefined, theirs, loaded(), {}];
    expect(decide(case_, { removal: 'everything' })).toEqual({ do: 'remove', reason: 'not_in_source' });
    expect(decide(['', source(), theirs, loaded(), {}], { removal: 'everything' })).toEqual({
      do: 'unchanged',
    });
  });

  test('with sizes alone, a file of its size is as it was', () => {
    const case_: Case = ['', source({ version: 'v2' }), undefined, loaded(), {}];
    expect(decide(case_, { compare: 'size-only' })).toEqual({ do: 'unchanged' });
  });

  test('a row of an earlier release is renewed without a file at the destination', () => {
    const case_: Case = ['', source({ version: 'v1@5', modifiedMs: T }), undefined, loaded(), {}];
    expect(decide(case_)).toEqual({ do: 'renew', shown: undefined });
  });
});
