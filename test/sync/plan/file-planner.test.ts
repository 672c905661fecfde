import { describe, expect, test } from 'vitest';
import { STAGE_WORDS } from '../../../src/destinations/stage/stage-words.ts';
import type { FileEntry } from '../../../src/model/entry.ts';
import type { ShownVersion } from '../../../src/model/plan.ts';
import type { PathView } from '../../../src/sync/compare/merge.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';
import { FilePlanner } from '../../../src/sync/plan/file-planner.ts';
import type { FilePlannerOptions } from '../../../src/sync/plan/file-planner.ts';
import { WholeFolders } from '../../../src/sync/plan/moves/whole-folders.ts';
import { NameClashes } from '../../../src/sync/plan/name-clashes.ts';
import type { DigestQuestion, Planned } from '../../../src/sync/plan/planned.ts';

const PATH = 'd/f';
const entry = (more: Partial<FileEntry> = {}): FileEntry => ({
  kind: 'file',
  path: PATH,
  size: 3,
  modifiedMs: 1000,
  version: 'v1',
  identity: 'i',
  ...more,
});
const shown: ShownVersion = { size: 3, modifiedMs: 60_000 };
const changed: ShownVersion = { size: 4, modifiedMs: 90_000 };
const row = (more: Partial<LedgerRow> = {}): LedgerRow => ({
  path: PATH,
  size: 3,
  version: 'v1',
  identity: 'i',
  digest: undefined,
  shownModifiedMs: 60_000,
  pending: false,
  adopted: false,
  ...more,
});

interface Sides {
  readonly source?: FileEntry;
  readonly shown?: ShownVersion;
  readonly row?: LedgerRow;
  readonly unknown?: 'source' | 'destination';
}

/** One file in a folder of ours that may go: what is planned for it, and what that makes of the folder and the name. */
function planned(sides: Sides, options: Partial<FilePlannerOptions> = {}) {
  const out: Planned[] = [];
  const folders = new WholeFolders();
  const clashes = new NameClashes();
  const files = new FilePlanner({
    options: {
      removal: 'ours',
      compare: 'size',
      verify: false,
      maxFileBytes: 1000,
      words: STAGE_WORDS,
      believes: false,
      sendsEarly: false,
      ...options,
    },
    folders,
    clashes,
    emit: (each) => out.push(each),
  });
  folders.open({ path: 'd/', atDestination: true, mayGo: 'gone_from_source', ours: true });
  const view: PathView = {
    path: PATH,
    source: sides.source,
    destination: sides.shown && { kind: 'file', path: PATH, ...sides.shown },
    row: sides.row,
    sourceUnknown: sides.unknown === 'source',
    destinationUnknown: sides.unknown === 'destination',
  };
  files.visit(view);
  return {
    out,
    answer: (digest: string | undefined) => {
      const question = out.pop() as DigestQuestion;
      expect(question.kind).toBe('askDigest');
      files.answer(question, digest);
      return out;
    },
    folder: () => {
      const [folder] = folders.closeAll();
      return { goes: folder?.removal !== undefined, movableFiles: folder?.movableFiles };
    },
    fate: () => clashes.at(`${PATH}/`),
  };
}

const upload = (reason: string, replaces?: ShownVersion, digest?: string) => ({
  kind: 'upload',
  arrival: {
    path: PATH,
    reason,
    entry: entry(),
    replaces: replaces && expect.objectContaining(replaces),
    digest,
  },
});
const freed = (gone: boolean) => ({
  kind: 'freed',
  freed: { path: PATH, size: 3, identity: 'i', digest: undefined, gone },
});

test.each<[string, LedgerRow | undefined, ShownVersion, readonly string[]]>([
  ['ours and unchanged there is replaced', row({ version: 'v0' }), shown, ['upload', 'freed']],
  ['ours and missing there is sent again', row(), undefined as never, ['upload']],
  ['ours, and changed at both ends, stays', row({ version: 'v0' }), changed, ['failure', 'keep']],
  ['ours, and changed there alone, stays', row(), changed, ['warning', 'keep']],
  ['adopted stays', row({ version: 'v0', adopted: true }), shown, ['failure', 'keep']],
  ['not in the ledger stays', undefined, changed, ['failure', 'keep']],
])('where what is not ours is kept, a file that is %s', (_, known, there, kinds) => {
  const it = planned({ source: entry(), shown: there, ...(known && { row: known }) }, { keepsOthers: true });
  expect(it.out.map((each) => (each.kind === 'problem' ? each.problem.severity : each.kind))).toEqual(kinds);
  if (kinds[1] === 'keep') expect(it.fate()).toBe('stays');
});

describe('a file that the source has', () => {
  test('and nobody else is uploaded, and arrives at its name', () => {
    const it = planned({ source: entry() });
    expect([it.out, it.fate()]).toEqual([[upload('new')], 'arrives']);
  });

  test.each<[string, LedgerRow | undefined, ShownVersion, readonly unknown[], number | undefined]>([
    ['of ours frees the old content for a move', row({ version: 'v0', size: 3 }), shown, [freed(false)], 1],
    ['that was adopted frees nothing', row({ version: 'v0', adopted: true }), shown, [], undefined],
    ['that others changed frees nothing', row({ version: 'v0' }), changed, [], undefined],
    ['that the ledger does not know frees nothing', undefined, changed, [], undefined],
  ])('in place of another one %s', (_, known, there, frees, movableFiles) => {
    const it = planned({ source: entry(), shown: there, ...(known && { row: known }) });
    expect(it.out).toEqual([upload(known === undefined ? 'differs' : 'changed', there), ...frees]);
    // a name that the destination has is no name that a folder there could have
    expect(it.fate()).toBeUndefined();
    expect(it.folder()).toEqual({ goes: false, movableFiles });
  });

  test('and is as it was needs no action, and stays where it is', () => {
    const it = planned({ source: entry(), shown, row: row() });
    expect([it.out, it.folder()]).toEqual([
      [{ kind: 'unchanged' }],
      { goes: false, movableFiles: undefined },
    ]);
  });

  test('is confirmed by a listing, and by the ledger’s own word is not', () => {
    const sides = { source: entry(), shown, row: row({ pending: true, shownModifiedMs: undefined }) };
    expect(planned(sides).out).toEqual([{ kind: 'confirm', path: PATH, shownModifiedMs: 60_000 }]);
    expect(planned(sides, { believes: true }).out).toEqual([{ kind: 'unchanged' }]);
  });

  test('and the destination, equal, is adopted: as not ours', () => {
    const { out } = planned({ source: entry(), shown });
    expect(out).toEqual([{ kind: 'adopt', row: row({ adopted: true }) }]);
  });

  test('is written anew where an earlier release told less of its version', () => {
    const { out } = planned({ source: entry({ version: 'v1@5' }), shown, row: row({ digest: 'x' }) });
    expect(out).toEqual([{ kind: 'renew', row: row({ version: 'v1@5', digest: 'x' }) }]);
  });

  test.each([
    ['the ledger does not know it', undefined, false],
    ['it is verified', row(), true],
  ])('is compared by content when %s', (_, known, verify) => {
    const { out } = planned(
      { source: entry(), shown, ...(known && { row: known }) },
      { compare: 'content', verify },
    );
    const check = { entry: entry(), shown: expect.objectContaining(shown), known: known !== undefined };
    expect(out).toEqual([{ kind: 'compareContent', check }]);
  });

  test('and is over the limit is told of, and stays as it is at the destination', () => {
    const it = planned({ source: entry({ size: 1001 }), shown, row: row() });
    expect(it.out).toEqual([
      { kind: 'problem', path: PATH, problem: expect.objectContaining({ code: 'too_large' }) },
    ]);
    expect(it.folder()).toEqual({ goes: false, movableFiles: undefined });
  });

  test.each<[string, number, Partial<FilePlannerOptions>, string]>([
    ['is over the wanted size', 101, { maxFileSize: 100 }, 'over_size'],
    ['is over both limits', 1001, { maxFileSize: 100 }, 'over_size'],
    ['is under the wanted size and over the limit', 1001, { maxFileSize: 2000 }, 'too_large'],
    ['differs and nothing is to be replaced', 7, { overwrite: false }, 'not_overwritten'],
  ])('and %s is told of, and stays as it is at the destination', (_, size, options, code) => {
    const it = planned({ source: entry({ size, version: 'v2' }), shown, row: row() }, options);
    expect(it.out).toEqual([{ kind: 'problem', path: PATH, problem: expect.objectContaining({ code }) }]);
    expect(it.folder()).toEqual({ goes: false, movableFiles: undefined });
  });
});

describe('a file of the same size under another version', () => {
  const sides = { source: entry(), shown, row: row({ version: 'v0', digest: 'x' }) };

  test('waits for its digest, and nothing else is concluded before', () => {
    const it = planned(sides);
    expect(it.out).toMatchObject([{ kind: 'askDigest', entry: entry(), row: sides.row }]);
    expect(it.folder()).toEqual({ goes: true, movableFiles: undefined });
  });

  test('is known by the new version when the digest is the same', () => {
    const it = planned(sides);
    expect(it.answer('x')).toEqual([{ kind: 'renew', row: row({ digest: 'x' }) }]);
    expect(it.folder()).toEqual({ goes: false, movableFiles: undefined });
  });

  test('still waits for a listing where the ledger is believed', () => {
    const pending = { ...sides, row: row({ version: 'v0', digest: 'x', pending: true }) };
    const renewed = (believes: boolean) => planned(pending, { believes }).answer('x');
    expect(renewed(true)).toMatchObject([{ row: { pending: true } }]);
    expect(renewed(false)).toMatchObject([{ row: { pending: false } }]);
  });

  test.each([['y'], [undefined]])(
    'is uploaded when the digest is another, or cannot be told (%s)',
    (digest) => {
      const it = planned(sides);
      const frees = {
        kind: 'freed',
        freed: { path: PATH, size: 3, identity: 'i', digest: 'x', gone: false },
      };
      expect(it.answer(digest)).toEqual([upload('changed', shown, digest), frees]);
    },
  );
});

describe('a file that the source lacks', () => {
  test('goes when it is ours, and is free for a move until then', () => {
    const it = planned({ shown, row: row() });
    const removal = {
      path: PATH,
      reason: 'gone_from_source',
      files: 1,
      stamp: '60003',
      shown: expect.objectContaining(shown),
    };
    expect(it.out).toEqual([{ kind: 'remove', removal }, freed(true)]);
    expect([it.fate(), it.folder()]).toEqual([undefined, { goes: true, movableFiles: 1 }]);
  });

  test('goes under --mirror when it is not ours, and no move may take it', () => {
    const it = planned({ shown }, { removal: 'everything' });
    expect(it.out).toMatchObject([{ kind: 'remove', removal: { reason: 'not_in_source' } }]);
    expect(it.folder()).toEqual({ goes: true, movableFiles: undefined });
  });

  test('stays without --delete, and leaves its name by a move only', () => {
    const it = planned({ shown, row: row() }, { removal: 'none' });
    expect([it.out, it.fate()]).toEqual([[freed(true)], 'may_move']);
    expect(it.folder()).toEqual({ goes: false, movableFiles: 1 });
  });

  test.each<[string, LedgerRow, ShownVersion, string, boolean]>([
    ['others changed it', row(), changed, 'changed_on_stage', false],
    ['others changed it before it was confirmed', row({ pending: true }), changed, 'changed_on_stage', true],
    ['it was adopted: told once', row({ adopted: true }), shown, 'not_put_by_us', true],
  ])('is kept when %s', (_, known, there, code, forgets) => {
    const it = planned({ shown: there, row: known });
    expect(it.out).toEqual([
      { kind: 'problem', path: PATH, problem: expect.objectContaining({ code }) },
      { kind: 'keep', path: PATH, code, forgets },
    ]);
    expect([it.fate(), it.folder()]).toEqual(['stays', { goes: false, movableFiles: undefined }]);
  });

  test('is forgotten when the destination lacks it too', () => {
    const it = planned({ row: row() });
    expect([it.out, it.fate()]).toEqual([[{ kind: 'forget', path: PATH }], undefined]);
    expect(it.folder()).toEqual({ goes: true, movableFiles: undefined });
  });

  test('and was put there by others is left alone, and keeps its name', () => {
    const it = planned({ shown });
    expect([it.out, it.fate()]).toEqual([[], 'stays']);
    expect(it.folder()).toEqual({ goes: false, movableFiles: undefined });
  });
});

describe('of a file that an end could not list', () => {
  test.each(['source', 'destination'] as const)('nothing is concluded (%s)', (unknown) => {
    const it = planned({ shown, row: row(), unknown });
    expect([it.out, it.fate()]).toEqual([[], 'stays']);
    expect(it.folder()).toEqual({ goes: false, movableFiles: undefined });
  });

  test('the folder stays, although the destination shows nothing there', () => {
    const it = planned({ row: row(), unknown: 'destination' });
    expect([it.out, it.fate(), it.folder().goes]).toEqual([[], undefined, false]);
  });
});
