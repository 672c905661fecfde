import { describe, expect, test } from 'vitest';
import type { FileEntry } from '../../../src/model/entry.ts';
import type { StageVersion } from '../../../src/model/plan.ts';
import { decideFile } from '../../../src/sync/compare/decide.ts';
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
const stage = (some: Partial<StageVersion> = {}): StageVersion => ({
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
  stageModifiedMs: T + 60_000,
  pending: false,
  adopted: false,
  ...some,
});

type Case = [string, FileEntry | undefined, StageVersion | undefined, LedgerRow | undefined, object];
const decide = (case_: Case, options: Partial<DecideOptions> = {}) =>
  decideFile(case_[1], case_[2], case_[3], { removal: 'ours', compare: 'size', verify: false, ...options });

describe('the source has the file', () => {
  test.each<Case>([
    ['new everywhere', source(), undefined, undefined, { do: 'upload', reason: 'new' }],
    ['as it was', source(), stage(), row(), { do: 'unchanged' }],
    [
      'as it was, its time on Stage not yet known',
      source(),
      stage(),
      row({ pending: true, stageModifiedMs: undefined }),
      { do: 'confirm' },
    ],
    [
      'edited to another size',
      source({ version: 'v2', size: 6 }),
      stage(),
      row(),
      { do: 'upload', reason: 'changed' },
    ],
    [
      'a new version of the same size',
      source({ version: 'v2' }),
      stage(),
      row(),
      { do: 'check_digest', digest: 'd1' },
    ],
    [
      'a new version of the same size, no digest',
      source({ version: 'v2' }),
      stage(),
      row({ digest: undefined }),
      { do: 'upload', reason: 'changed' },
    ],
    [
      'another file of the same size and time',
      source({ identity: 'i2' }),
      stage(),
      row(),
      { do: 'check_digest' },
    ],
    [
      'the same version, no identity then',
      source(),
      stage(),
      row({ identity: undefined }),
      { do: 'unchanged' },
    ],
    ['changed on Stage by size', source(), stage({ size: 7 }), row(), { do: 'upload', reason: 'drifted' }],
    [
      'changed on Stage by time',
      source(),
      stage({ modifiedMs: T + 70_000 }),
      row(),
      { do: 'upload', reason: 'drifted' },
    ],
    [
      'changed on Stage and in the source',
      source({ version: 'v2' }),
      stage({ size: 7 }),
      row(),
      { do: 'upload', reason: 'changed' },
    ],
    [
      'a fraction of a second off on Stage',
      source(),
      stage({ modifiedMs: T + 60_999 }),
      row(),
      { do: 'unchanged' },
    ],
    ['no time on Stage', source(), stage({ modifiedMs: undefined }), row(), { do: 'unchanged' }],
    ['gone on Stage', source(), undefined, row(), { do: 'upload', reason: 'missing' }],
    [
      'gone on Stage and edited',
      source({ version: 'v2', size: 6 }),
      undefined,
      row(),
      { do: 'upload', reason: 'changed' },
    ],
    ['first met, equal and older', source(), stage(), undefined, { do: 'adopt' }],
    [
      'first met, equal and newer',
      source({ modifiedMs: T + 120_000 }),
      stage(),
      undefined,
      { do: 'upload', reason: 'differs' },
    ],
    [
      'first met, of another size',
      source(),
      stage({ size: 6 }),
      undefined,
      { do: 'upload', reason: 'differs' },
    ],
    [
      'first met, no time on Stage',
      source(),
      stage({ modifiedMs: undefined }),
      undefined,
      { do: 'upload', reason: 'differs' },
    ],
    [
      'first met, no time in the source',
      source({ modifiedMs: undefined }),
      stage(),
      undefined,
      { do: 'upload', reason: 'differs' },
    ],
  ])('%s', (...given) => {
    expect(decide(given)).toMatchObject(given[4]);
  });

  test('--compare content reads both on first meeting, whatever the times', () => {
    for (const modifiedMs of [T, T + 120_000, undefined]) {
      const met: Case = ['', source({ modifiedMs }), stage(), undefined, {}];
      expect(decide(met, { compare: 'content' })).toMatchObject({ do: 'compare_content' });
    }
  });
});

describe('the source has no such file', () => {
  test.each<[string, StageVersion | undefined, LedgerRow | undefined, string, string, string]>([
    ['ours, as we put it', stage(), row(), 'leave', 'remove', 'remove'],
    ['ours, changed by someone', stage({ size: 9 }), row(), 'keep', 'keep', 'remove'],
    ['not ours', stage(), undefined, 'nothing', 'nothing', 'remove'],
    ['ours, gone already', undefined, row(), 'forget', 'forget', 'forget'],
    ['nowhere', undefined, undefined, 'nothing', 'nothing', 'nothing'],
  ])('%s: without removals %s, --delete %s, --mirror %s', (_, shown, known, none, ours, everything) => {
    const found: Case = ['', undefined, shown, known, {}];
    expect(decide(found, { removal: 'none' }).do).toBe(none);
    expect(decide(found, { removal: 'ours' }).do).toBe(ours);
    expect(decide(found, { removal: 'everything' }).do).toBe(everything);
  });
});
