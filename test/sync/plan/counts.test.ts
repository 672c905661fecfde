import { expect, test } from 'vitest';
import type { SourceEntry } from '../../../src/model/entry.ts';
import type { DestinationEntry } from '../../../src/remote/destination-entry.ts';
import { folderRow } from '../../../src/sync/ledger/ledger-row.ts';
import { Counts } from '../../../src/sync/plan/counts.ts';
import { fileRow } from '../../support/engine/executing.ts';

const problem = { code: 'unreadable', severity: 'warning', message: 'no' } as const;
const file = (size: number) => ({ kind: 'file', path: 'f', size, modifiedMs: 1, version: 'v' }) as const;

test.each<[string, SourceEntry | undefined, DestinationEntry | undefined, number, number]>([
  ['a file of the source', file(10), undefined, 1, 0],
  ['a file over the limit', file(11), undefined, 0, 0],
  ['a file at the destination', undefined, file(11), 0, 1],
  ['an excluded one', undefined, { kind: 'excluded', path: 'f', modifiedMs: 1 }, 0, 0],
  ['one that cannot be told', undefined, { kind: 'unknown', path: 'f', covers: 'path', problem }, 0, 1],
  ['what is no file', { kind: 'unknown', path: 'f', covers: 'path', problem }, undefined, 0, 0],
  [
    'a file, only not yet',
    { kind: 'unknown', path: 'f', covers: 'path', problem, file: true },
    undefined,
    1,
    0,
  ],
  ['no path', { kind: 'unknown', path: 'f', covers: 'nothing', problem, file: true }, undefined, 0, 0],
  ['a folder', { kind: 'folder', path: 'f/' }, { kind: 'folder', path: 'f/', unseen: false }, 0, 0],
])(
  '%s counts as files that can be synced, and as files at the destination',
  (_, source, destination, inSource, atDestination) => {
    const counts = new Counts(10);
    const path = (source ?? destination)!.path;
    counts.see({
      path,
      source,
      destination,
      row: undefined,
      sourceUnknown: false,
      destinationUnknown: false,
    });
    expect(counts).toMatchObject({ inSource, atDestination, unchanged: 0, adopted: 0 });
  },
);

test('what needs no action is counted by what was concluded; folders are not', () => {
  const counts = new Counts(10);
  counts.add({ kind: 'unchanged' });
  counts.add({ kind: 'confirm', path: 'a', shownModifiedMs: 1 });
  counts.add({ kind: 'renew', row: fileRow('b', 1) });
  counts.add({ kind: 'adopt', row: fileRow('c', 1) });
  counts.add({ kind: 'adopt', row: folderRow('d/') });
  counts.add({ kind: 'forget', path: 'e' });
  counts.add({ kind: 'createFolder', path: 'f/', reason: 'new' });
  expect(counts).toMatchObject({ unchanged: 3, adopted: 1, inSource: 0, atDestination: 0 });
});
