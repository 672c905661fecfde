import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { EmulatorOptions } from '../../../src/emulator/options.ts';
import type { CliOptions } from '../cli/cli.ts';
import { commandInside } from '../cli/command-inside.ts';
import { servedStage, type ServedStage } from '../stage/served-stage.ts';
import { StageHttp } from '../stage/stage-http.ts';
import { snapshotFolder, writeTree } from './trees.ts';

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
export class Hand {
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

/** A directory and a Stage in step, and the command line between them. */
export interface HandEdited extends ServedStage {
  readonly data: string;
  readonly hand: Hand;
  /** A process, or with 'inside' a run in this one. */
  sync(flags: readonly string[], by?: 'inside' | CliOptions): Promise<Ended>;
  /** Fails unless Stage is as the directory is, with nothing hidden. Without leave to remove, emptied folders may stay. */
  expectEqual(flags: readonly string[]): Promise<void>;
  /** Fails unless a run has nothing to do, nor to say. */
  expectAtRest(flags: readonly string[]): Promise<void>;
}

export interface Ended {
  readonly status: number;
  readonly said: string;
}

export const QUIETLY: Ended = { status: 0, said: '' };

export const removes = (flags: readonly string[]): boolean =>
  flags.includes('--delete') || flags.includes('--mirror');

export async function handEdited(options: EmulatorOptions = {}): Promise<HandEdited> {
  const stage = await servedStage(options);
  const data = join(stage.cli.folder, 'data');
  await writeTree(data, TREE);
  const sync: HandEdited['sync'] = async (flags, by = {}) => {
    const args = ['sync', 'data', stage.address, ...flags];
    const ended = by === 'inside' ? await commandInside(stage.cli, args) : await stage.cli.run(args, by);
    return { status: ended.status, said: ended.stderr };
  };
  expect(await sync([], 'inside')).toEqual(QUIETLY);
  return {
    ...stage,
    data,
    hand: new Hand(data),
    sync,
    async expectEqual(flags) {
      const [there, here] = [await stage.snapshot(), snapshotFolder(data)];
      const shown = Object.entries(there).filter(
        ([path]) => removes(flags) || !path.endsWith('/') || path in here,
      );
      expect(Object.fromEntries(shown)).toEqual(here);
      expect(await new StageHttp(stage.emulator).names('')).toEqual(['target/']);
    },
    async expectAtRest(flags) {
      const before = stage.changingRequests();
      expect(await sync(flags, 'inside')).toEqual(QUIETLY);
      expect(stage.changingRequests() - before).toBe(0);
    },
  };
}
