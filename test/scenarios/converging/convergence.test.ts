import { describe, expect, test } from 'vitest';
import { handEdited, QUIETLY, removes, type Hand } from '../../support/trees/hand-edited.ts';
import { NIGHTLY, pairs } from '../../support/cli/nightly.ts';

type Edit = (hand: Hand) => unknown;

/** Nothing goes: all of it can be had by moves, whatever flags there are. */
const RENAMES: Readonly<Record<string, Edit>> = {
  'mv a.csv t; mkdir a.csv; mv t a.csv/a.csv': (hand) => hand.mv('a.csv', 't').mv('t', 'a.csv/a.csv'),
  'the same, further down': (hand) => hand.mv('a.csv', 't').mv('t', 'a.csv/b/c/a.csv'),
  'a file and a folder swap names': (hand) => hand.rotate('a.csv', 'dir'),
  'a file swaps names with the folder that it is in': (hand) =>
    hand.mv('dir/1', 't').mv('dir', 't2').mv('t', 'dir').mv('t2', 'dir1'),
  'a folder into itself': (hand) => hand.mv('dir', 't').mv('t', 'dir/dir'),
  'a folder into a folder of it': (hand) => hand.mv('dir', 't').mv('t', 'dir/sub/deep'),
  'a folder out of itself': (hand) => hand.mv('dir/sub', 't').mv('dir', 'rest').mv('t', 'dir'),
  'a folder and one in it swap names': (hand) => hand.mv('dir/sub', 't').mv('dir', 't/sub').mv('t', 'dir'),
  'a rotation of three files': (hand) => hand.rotate('a.csv', 'b.csv', 'c.csv'),
  'a rotation of four files': (hand) => hand.rotate('a.csv', 'b.csv', 'c.csv', 'd.csv'),
  'a rotation of three folders': (hand) => hand.rotate('dir', 'other', 'third'),
  'a rotation of four folders': (hand) => hand.rotate('dir', 'other', 'third', 'fourth'),
  'a rotation of files and folders': (hand) => hand.rotate('a.csv', 'dir', 'b.csv', 'other'),
  'a chain: a file becomes a folder, which becomes another': (hand) =>
    hand.mv('other', 'new').mv('dir', 'other').mv('a.csv', 'dir').mv('b.csv', 'a.csv/b.csv'),
  'a chain into itself': (hand) =>
    hand.mv('a.csv', 't').mv('dir', 'a.csv/dir').mv('other', 'dir/other').mv('t', 'other/a.csv'),
};

/** Something goes for it, or is new: this wants leave to remove. */
const CHANGES: Readonly<Record<string, Edit>> = {
  'a folder becomes a file': (hand) => hand.rm('dir').write('dir', 'a file now'),
  'a file becomes a folder': (hand) => hand.rm('a.csv').write('a.csv/sub/new', 'a folder now'),
  'both, and a file moves into each': (hand) =>
    hand.rm('a.csv').rm('dir').mv('b.csv', 'dir').write('a.csv/new', 'new').mv('c.csv', 'a.csv/sub/c'),
  'a folder moves over a file, and a file over that folder': (hand) =>
    hand.rm('a.csv').mv('dir', 'a.csv').mv('b.csv', 'dir').rm('other').mv('a.csv/sub', 'other'),
  'a rotation of which one is edited meanwhile': (hand) =>
    hand.rotate('dir', 'a.csv', 'other').write('a.csv/1', 'edited').rm('dir/1').write('dir/new', 'new'),
  'an emptied folder takes in the file that takes its name': (hand) =>
    hand.rm('dir/sub').mv('dir/1', 't').rm('dir').mv('t', 'dir').write('other/sub/3', 'edited'),
};

const MODES: Readonly<Record<string, readonly string[]>> = {
  '--delete': ['--delete'],
  '--mirror': ['--mirror'],
  'no flags': [],
  '--delete --atomic': ['--delete', '--atomic'],
  '--mirror --atomic --publish-set': ['--mirror', '--atomic', '--publish-set'],
  '--atomic': ['--atomic'],
  '--atomic --publish-set': ['--atomic', '--publish-set'],
};
const REMOVING = Object.keys(MODES).filter((name) => removes(MODES[name]!));

describe('every change of the tree converges in one run of the command, and the next has nothing to do', () => {
  test.each([...pairs(Object.keys(RENAMES), Object.keys(MODES)), ...pairs(Object.keys(CHANGES), REMOVING)])(
    '%s: %s',
    async (edit, mode) => {
      await using pair = await handEdited();
      const flags = MODES[mode]!;
      (RENAMES[edit] ?? CHANGES[edit])!(pair.hand);
      expect(await pair.sync(flags, NIGHTLY ? {} : 'inside')).toEqual(QUIETLY);
      await pair.expectEqual(flags);
      await pair.expectAtRest(flags);
    },
  );

  test.each(Object.entries(MODES))('one edit after the other: %s', async (_, flags) => {
    await using pair = await handEdited();
    const edits = [
      RENAMES['a rotation of files and folders']!,
      RENAMES['a file and a folder swap names']!,
      ...(removes(flags) ? [CHANGES['a folder moves over a file, and a file over that folder']!] : []),
    ];
    for (const [i, edit] of edits.entries()) {
      edit(pair.hand);
      expect(await pair.sync(flags, i === 0 ? {} : 'inside')).toEqual(QUIETLY);
      await pair.expectEqual(flags);
    }
  });
});
