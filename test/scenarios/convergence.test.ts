import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RequestHook } from '../../src/emulator/options.ts';
import { commandInside } from '../support/command-inside.ts';
import { NIGHTLY, pairs } from '../support/nightly.ts';
import { servedStage, type ServedStage } from '../support/served-stage.ts';
import { StageHttp } from '../support/stage-http.ts';
import { snapshotFolder, writeTree } from '../support/trees.ts';

/** Every folder has enough files of its own that it moves as a whole. */
const FOLDERS = ['dir', 'other', 'third', 'fourth'];
const TREE = {
  'a.csv': 'a',
  'b.csv': 'bb',
  'c.csv': 'ccc',
  'd.csv': 'dddd',
  ...Object.fromEntries(
    FOLDERS.flatMap((folder) =>
      ['1', '2', 'sub/3', 'sub/deep/4', 'sub/deep/5'].map((name) => [
        `${folder}/${name}`,
        `${folder}: ${name}`,
      ]),
    ),
  ),
};

/** What a person does in a folder: as mv, mkdir, rm and an editor do it. */
class Hand {
  readonly #top: string;

  constructor(top: string) {
    this.#top = top;
  }

  mv(from: string, to: string): this {
    mkdirSync(dirname(join(this.#top, to)), { recursive: true });
    renameSync(join(this.#top, from), join(this.#top, to));
    return this;
  }

  rm(path: string): this {
    rmSync(join(this.#top, path), { recursive: true });
    return this;
  }

  write(path: string, content: string): this {
    mkdirSync(dirname(join(this.#top, path)), { recursive: true });
    writeFileSync(join(this.#top, path), content);
    return this;
  }

  /** Each takes the name of the next, the last that of the first. */
  rotate(...names: readonly string[]): this {
    this.mv(names.at(-1)!, 'aside');
    for (let i = names.length - 1; i > 0; i--) this.mv(names[i - 1]!, names[i]!);
    return this.mv('aside', names[0]!);
  }
}

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
const REMOVING = Object.keys(MODES).filter((name) => /--delete|--mirror/.test(name));

interface Pair extends ServedStage {
  readonly data: string;
  readonly hand: Hand;
  /** Hidden names at the top of the Stage. */
  hidden(): Promise<string[]>;
  sync(flags: readonly string[], by?: 'inside'): Promise<{ readonly status: number; readonly said: string }>;
}

async function inStep(onRequest?: RequestHook): Promise<Pair> {
  const stage = await servedStage(onRequest === undefined ? {} : { onRequest });
  const data = join(stage.cli.folder, 'data');
  await writeTree(data, TREE);
  const pair = {
    ...stage,
    data,
    hand: new Hand(data),
    async hidden() {
      return (await new StageHttp(stage.emulator).names('')).filter((name) => name !== 'target/');
    },
    async sync(flags: readonly string[], by?: 'inside') {
      const args = ['sync', 'data', stage.address, ...flags];
      const ended = by === 'inside' ? await commandInside(stage.cli, args) : await stage.cli.run(args);
      return { status: ended.status, said: ended.stderr };
    },
  };
  expect(await pair.sync([], 'inside')).toEqual({ status: 0, said: '' });
  return pair;
}

/** Without leave to remove, a folder that something moved out of may stay; all else is as the source has it. */
async function expectEqual(pair: Pair, flags: readonly string[]): Promise<void> {
  const [there, here] = [await pair.snapshot(), snapshotFolder(pair.data)];
  const removing = flags.includes('--delete') || flags.includes('--mirror');
  const shown = Object.entries(there).filter(([path]) => removing || !path.endsWith('/') || path in here);
  expect(Object.fromEntries(shown)).toEqual(here);
  expect(await pair.hidden()).toEqual([]);
}

async function expectOneRun(pair: Pair, flags: readonly string[]): Promise<void> {
  expect(await pair.sync(flags)).toEqual({ status: 0, said: '' });
  await expectEqual(pair, flags);
  const before = pair.changingRequests();
  expect(await pair.sync(flags, 'inside')).toEqual({ status: 0, said: '' });
  expect(pair.changingRequests() - before).toBe(0);
}

describe('every change of the tree converges in one run of the command, and the next has nothing to do', () => {
  test.each([
    ...pairs(Object.keys(RENAMES), Object.keys(MODES)),
    ...pairs(Object.keys(CHANGES), REMOVING),
  ])('%s: %s', async (edit, mode) => {
    await using pair = await inStep();
    (RENAMES[edit] ?? CHANGES[edit])!(pair.hand);
    await expectOneRun(pair, MODES[mode]!);
  });

  test.each(Object.keys(MODES))('one edit after the other: %s', async (mode) => {
    await using pair = await inStep();
    const edits = [
      RENAMES['a rotation of files and folders']!,
      RENAMES['a file and a folder swap names']!,
      ...(REMOVING.includes(mode) ? [CHANGES['a folder moves over a file, and a file over that folder']!] : []),
    ];
    for (const edit of edits) {
      edit(pair.hand);
      expect(await pair.sync(MODES[mode]!)).toEqual({ status: 0, said: '' });
      await expectEqual(pair, MODES[mode]!);
    }
  });
});
