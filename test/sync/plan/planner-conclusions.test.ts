import { describe, expect, test } from 'vitest';
import { STAGE_WORDS } from '../../../src/destinations/stage/stage-words.ts';
import type { SourceEntry } from '../../../src/model/entry.ts';
import { everything } from '../../../src/filter/filter.ts';
import type { DestinationEntry } from '../../../src/remote/destination-entry.ts';
import { folderRow } from '../../../src/sync/ledger/ledger-row.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';
import type { Planned } from '../../../src/sync/plan/planned.ts';
import { Planner } from '../../../src/sync/plan/planner.ts';
import type { PlannerOptions } from '../../../src/sync/plan/planner.ts';
import { fileRow, PUT_AT } from '../../support/engine/executing.ts';

/** Who has a path: the source, the destination, the ledger. */
type Has = 's' | 'd' | 'l' | 'sd' | 'sl' | 'dl' | 'sdl';
const trouble = { code: 'unreadable', severity: 'warning', message: 'no' } as const;

interface More {
  readonly source?: SourceEntry;
  readonly destination?: DestinationEntry;
  readonly row?: LedgerRow;
  readonly sourceUnknown?: boolean;
}

function visitIn(planner: Planner, path: string, has: Has | '', more: More = {}): readonly Planned[] {
  const isFolder = path.endsWith('/');
  const file = { kind: 'file', path, size: 1, modifiedMs: 1, version: 'v' } as const;
  const shown = { kind: 'file', path, size: 1, modifiedMs: PUT_AT } as const;
  return planner.visit({
    path,
    source: has.includes('s') ? (isFolder ? { kind: 'folder', path } : file) : undefined,
    destination: has.includes('d') ? (isFolder ? { kind: 'folder', path, unseen: false } : shown) : undefined,
    row: has.includes('l') ? (isFolder ? folderRow(path) : fileRow(path, 1)) : undefined,
    sourceUnknown: false,
    destinationUnknown: false,
    ...more,
  });
}

/** What is planned, in order, when these paths pass by; each as one line. */
function planned(
  views: Readonly<Record<string, Has | More>>,
  options: Partial<PlannerOptions> = {},
): string[] {
  const planner = new Planner({
    removal: 'ours',
    compare: 'size',
    verify: false,
    maxFileBytes: 1000,
    words: STAGE_WORDS,
    believes: false,
    sendsEarly: false,
    moves: true,
    filter: everything,
    stays: () => false,
    streams: false,
    ...options,
  });
  const all = Object.entries(views).flatMap(([path, view]) =>
    typeof view === 'string' ? visitIn(planner, path, view) : visitIn(planner, path, '', view),
  );
  return [...all, ...planner.finish()].map(lineOf);
}

function lineOf(each: Planned): string {
  switch (each.kind) {
    case 'upload':
      return `upload ${each.arrival.path} ${each.arrival.reason}`;
    case 'createFolder':
      return `createFolder ${each.path} ${each.reason}`;
    case 'remove':
      return `remove ${each.removal.path} ${each.removal.reason} ${each.removal.files}`;
    case 'freed':
      return `freed ${each.freed.path}`;
    case 'wholeFolder':
      return `wholeFolder ${each.path} ${each.files}`;
    case 'adopt':
      return `adopt ${each.row.path}`;
    case 'problem':
      return `problem ${each.path} ${each.problem.code}`;
    case 'unchanged':
      return 'unchanged';
    case 'askDigest':
    case 'askOldContent':
    case 'uploadNow':
    case 'compareContent':
    case 'renew':
      return each.kind;
    default:
      return `${each.kind} ${each.path}`;
  }
}

describe('folders', () => {
  test('that only the source has are created, as new or as missing', () => {
    expect(planned({ 'a/': 's', 'b/': 'sl' })).toEqual(['createFolder a/ new', 'createFolder b/ missing']);
  });

  test('that both ends have are said to be common, and adopted where the ledger lacks them', () => {
    expect(planned({ 'a/': 'sd', 'b/': 'sdl' })).toEqual(['commonFolder a/', 'adopt a/', 'commonFolder b/']);
  });

  test('that neither end has any more are forgotten', () => {
    expect(planned({ 'a/': 'l' })).toEqual(['forget a/']);
  });

  test('that are gone from the source go when all in them was seen to go', () => {
    expect(planned({ 'a/': 'dl', 'a/1': 'dl', b: 's' })).toEqual([
      'remove a/1 gone_from_source 1',
      'freed a/1',
      'remove a/ gone_from_source 1',
      'wholeFolder a/ 1',
      'upload b new',
    ]);
  });

  test('of others go only under --mirror, and never move', () => {
    expect(planned({ 'a/': 'd' })).toEqual([]);
    expect(planned({ 'a/': 'd' }, { removal: 'everything' })).toEqual(['remove a/ not_in_source 0']);
  });

  test('that are known to hold what others put there stay, with those around them', () => {
    const views = { 'a/': 'dl', 'a/b/': 'dl', 'a/b/1': 'dl' } as const;
    expect(planned(views, { stays: (folder) => folder === 'a/b/' })).toEqual([
      'remove a/b/1 gone_from_source 1',
      'freed a/b/1',
    ]);
  });
});

describe('a file and a folder of one name', () => {
  test('a folder that goes makes room for the file', () => {
    expect(planned({ a: 's', 'a/': 'dl', 'a/1': 'dl' })).toEqual([
      'upload a new',
      'remove a/1 gone_from_source 1',
      'freed a/1',
      'remove a/ gone_from_source 1',
      'wholeFolder a/ 1',
    ]);
  });

  test('a folder that can only move is an obstacle', () => {
    expect(planned({ a: 's', 'a/': 'dl', 'a/1': 'dl' }, { removal: 'none' })).toEqual([
      'upload a new',
      'freed a/1',
      'wholeFolder a/ 1',
      'obstacle a/',
    ]);
  });

  test.each<[string, Readonly<Record<string, Has>>, Partial<PlannerOptions>]>([
    ['holds what others put there', { a: 's', 'a/': 'dl', 'a/1': 'd' }, {}],
    ['could move, and nothing may', { a: 's', 'a/': 'dl', 'a/1': 'dl' }, { removal: 'none', moves: false }],
    ['is empty, and nothing may be removed', { a: 's', 'a/': 'dl' }, { removal: 'none' }],
  ])('a folder that %s lets no file come', (_, views, options) => {
    expect(planned(views, options).slice(-2)).toEqual(['withdrawUpload a', 'problem a in_the_way']);
  });

  test('an upload that is on its way is not withdrawn', () => {
    expect(planned({ a: 's', 'a/': 'd' }, { removal: 'none', streams: true })).toEqual(['upload a new']);
  });

  test('a file that stays lets no folder come, nor anything below it', () => {
    expect(planned({ a: 'd', 'a/': 's', 'a/1': 's', b: 's' })).toEqual([
      'problem a/ in_the_way',
      'upload b new',
    ]);
  });

  test('a file that can only move is an obstacle of the folder', () => {
    const views = { a: 'dl', 'a/': 's', 'a/1': 's' } as const;
    expect(planned(views, { removal: 'none' })).toEqual([
      'freed a',
      'obstacle a',
      'createFolder a/ new',
      'upload a/1 new',
    ]);
    expect(planned(views, { removal: 'none', moves: false })).toEqual(['freed a', 'problem a/ in_the_way']);
    expect(planned(views, { removal: 'none', streams: true })).toEqual(['freed a', 'problem a/ in_the_way']);
  });
});

describe('what cannot be seen', () => {
  const unknown = (path: string, covers: 'path' | 'subtree' | 'nothing', echo?: true): SourceEntry => ({
    kind: 'unknown',
    path,
    covers,
    problem: trouble,
    ...(echo && { echo }),
  });

  test('is told of once, and holds the folder it is in', () => {
    const views = {
      'a/': 'dl',
      'a/1': { source: unknown('a/1', 'path'), sourceUnknown: true },
      'a/2': { source: unknown('a/2', 'path', true), sourceUnknown: true },
    } as const;
    expect(planned(views)).toEqual(['problem a/1 unreadable']);
  });

  test('and has a name that no path can have holds nothing', () => {
    const views = { 'a/': 'dl', x: { source: unknown('x', 'nothing'), sourceUnknown: true } } as const;
    expect(planned(views)).toEqual(['problem x unreadable', 'remove a/ gone_from_source 0']);
  });

  test('at the destination is told of as well', () => {
    const destination = { kind: 'unknown', path: 'a', covers: 'path', problem: trouble } as const;
    expect(planned({ a: { destination } })).toEqual(['problem a unreadable']);
  });

  test('for the filter closes it holds the folder it is in', () => {
    const excluded = (path: string): More => ({ destination: { kind: 'excluded', path, modifiedMs: 5 } });
    expect(planned({ 'a/': 'dl', 'a/x': excluded('a/x') })).toEqual([]);
    const filter = { excludes: (path: string) => path === 'a/x', prunes: () => false };
    expect(planned({ 'a/': 'dl', 'a/x': { row: fileRow('a/x', 1) } }, { filter })).toEqual([]);
  });

  test('under a name that only a stagesync gives is told of as hidden', () => {
    const name = '.stagesync-1-000000000000';
    const file = { destination: { kind: 'excluded', path: name, modifiedMs: 5 } } as const;
    const folder = { destination: { kind: 'folder', path: `${name}/`, unseen: true } } as const;
    expect(planned({ [name]: file, [`${name}/`]: folder })).toEqual([`hidden ${name}`, `hidden ${name}/`]);
  });
});

test('a path returns what follows from it, and nothing twice', () => {
  const planner = new Planner({
    removal: 'ours',
    compare: 'size',
    verify: false,
    maxFileBytes: 1000,
    words: STAGE_WORDS,
    believes: false,
    sendsEarly: false,
    moves: true,
    filter: everything,
    stays: () => false,
    streams: false,
  });
  expect(visitIn(planner, 'a/', 'dl')).toEqual([]);
  expect(
    visitIn(planner, 'b', 'sdl', {
      source: { kind: 'file', path: 'b', size: 1, modifiedMs: 1, version: 'v' },
    }),
  ).toHaveLength(2);
  expect(planner.finish()).toEqual([]);
});
