import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldersOf, parentOf } from '../../../src/model/path.ts';
import type { Source } from '../../../src/model/ports.ts';
import { openLocalSource } from '../../../src/sources/local/local-source.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { MemorySource } from '../../../src/sources/memory/memory-source.ts';
import { bucketLike } from '../s3/bucket-like.ts';
import type { Dice } from './dice.ts';
import { localPlace, memoryPlace } from './edited-places.ts';
import { EditedTree, isAt, randomEdit } from './tree-edits.ts';
import type { EditedPlace } from './tree-edits.ts';

/** Above this a source gives chunks instead of bytes. */
const LARGE_BYTES = 300 * 1024;

/** A tree that is edited at random, and what it ever held, kept beside it so that no check asks the code under test. */
export class RandomTree {
  readonly tree: EditedTree;
  /** Every content that was ever in a file. */
  readonly contents = new Set<string>();
  /** Every path that a file had since the last `forgetPaths`, and every folder, with its slash. */
  readonly paths = new Set<string>();
  /** Folders in which something changed, as a watcher tells of them; who has dealt with them empties it. */
  readonly dirty = new Set<string>();
  readonly #dice: Dice;
  readonly #largeShare: number;
  #serial = 0;

  /** `largeShare`: of the new contents. */
  constructor(place: EditedPlace, dice: Dice, { largeShare = 0.03 } = {}) {
    this.#dice = dice;
    this.#largeShare = largeShare;
    this.tree = new EditedTree({
      write: (path, content) => {
        this.contents.add(content);
        this.#arrives(path);
        place.write(path, content);
      },
      makeFolder: (path) => {
        this.#arrives(`${path}/`);
        place.makeFolder(path);
      },
      remove: (path, kind) => {
        this.dirty.add(parentOf(path));
        place.remove(path, kind);
      },
      move: (from, to, kind) => {
        this.dirty.add(parentOf(from));
        this.#arrives(kind === 'folder' ? `${to}/` : to);
        for (const folder of this.tree.folders)
          if (isAt(folder, from)) this.dirty.add(`${to}${folder.slice(from.length)}/`);
        place.move(from, to, kind);
      },
    });
  }

  #arrives(path: string): void {
    this.dirty.add(parentOf(path));
    for (const folder of foldersOf(path)) this.dirty.add(folder);
  }

  /** Some edits, one after the other. */
  edit(count: number): void {
    for (let i = 0; i < count; i++) {
      this.tree.apply(randomEdit(this.#dice, this.#newContent()));
      this.#rememberPaths();
    }
  }

  /** Another content for a file that is there, if there is one. */
  rewrite(): void {
    if (this.tree.files.size === 0) return;
    this.tree.apply({ do: 'rewrite', at: this.#dice.below(1000), content: this.#newContent() });
    this.#rememberPaths();
  }

  /** Of the past: what is there now is remembered. */
  forgetPaths(): void {
    this.paths.clear();
    this.#rememberPaths();
  }

  #rememberPaths(): void {
    for (const path of this.tree.files.keys()) this.paths.add(path);
    for (const path of this.tree.folders) this.paths.add(`${path}/`);
  }

  #newContent(): string {
    const dice = this.#dice;
    if (dice.chance(0.1)) return '';
    // equal content under several names makes a move ambiguous; equal size makes a look at Stage say little
    if (dice.chance(0.2)) return dice.pick(['one', 'two', 'six']);
    if (dice.chance(this.#largeShare))
      return String(++this.#serial)
        .padStart(6, '0')
        .repeat(LARGE_BYTES / 6);
    return `content ${String(++this.#serial).padStart(dice.pick([3, 3, 6]), '0')}`;
  }
}

/** A source in memory that is edited at random. */
export interface EditedSource {
  readonly source: MemorySource;
  readonly random: RandomTree;
  /** Each ends in '/'. */
  readonly folders: ReadonlySet<string>;
  edit(count: number): void;
}

export function createEditedSource(dice: Dice, label: string): EditedSource {
  const source = createMemorySource({ label });
  // looked up at each edit: a test may lay its own over them
  const random = new RandomTree(memoryPlace(source), dice);
  return {
    source,
    random,
    get folders() {
      return new Set([...random.tree.folders].map((folder) => `${folder}/`));
    },
    edit: (count) => random.edit(count),
  };
}

/** What a source is in a trial. */
export type SourceKind = 'memory' | 'bucket' | 'disk';

export interface TrialSource extends Disposable {
  readonly kind: SourceKind;
  readonly source: Source;
  readonly random: RandomTree;
}

export async function openTrialSource(kind: SourceKind, dice: Dice, label: string): Promise<TrialSource> {
  if (kind !== 'disk') {
    const { source, random } = createEditedSource(dice, label);
    const seen = kind === 'bucket' ? bucketLike(source) : source;
    return { kind, source: seen, random, [Symbol.dispose]: () => undefined };
  }
  const root = mkdtempSync(join(tmpdir(), 'stagesync-edited-'));
  return {
    kind,
    source: await openLocalSource({ root, followSymlinks: false }),
    random: new RandomTree(localPlace(root), dice),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
