import { expect, test } from 'vitest';
import { createFilter } from '../../../src/filter/filter.ts';
import { folderRow } from '../../../src/sync/ledger/ledger-row.ts';
import { destinationAsRecorded } from '../../../src/sync/scope/destination-as-recorded.ts';
import { fileRow, PUT_AT } from '../../support/engine/executing.ts';

const filter = createFilter({
  rules: [
    { kind: 'exclude', pattern: '*.log' },
    { kind: 'exclude', pattern: 'closed/' },
  ],
});
const says = (path: string) =>
  destinationAsRecorded(path, path.endsWith('/') ? folderRow(path) : fileRow(path, 7), filter);

test('what the ledger has is there, as Stage last showed it', () => {
  expect(says('d/a')).toEqual({ kind: 'file', path: 'd/a', size: 7, modifiedMs: PUT_AT });
  expect(says('d/')).toEqual({ kind: 'folder', path: 'd/', unseen: false });
});

test('what it does not have is not', () => {
  expect(destinationAsRecorded('d/a', undefined, filter)).toBeUndefined();
});

test('what the filter leaves out takes no part, as in a listing: it stays, and holds its folder', () => {
  expect(says('d/x.log')).toEqual({ kind: 'excluded', path: 'd/x.log', modifiedMs: PUT_AT });
  expect(says('closed/')).toEqual({ kind: 'folder', path: 'closed/', unseen: true });
  expect(says('closed/a')).toEqual({ kind: 'excluded', path: 'closed/a', modifiedMs: PUT_AT });
});
