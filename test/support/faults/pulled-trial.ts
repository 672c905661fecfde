import fs from 'node:fs';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openLocalDestination } from '../../../src/destinations/local/local-destination.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type { MemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { foldersOf, parentOf } from '../../../src/model/path.ts';
import type { Destination } from '../../../src/model/ports.ts';
import { destinationAsSource } from '../../../src/sources/stage/destination-as-source.ts';
import type { PassOptions, PassResult } from '../../../src/sync/pass-options.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { Dice } from '../trees/dice.ts';
import { localTree, type LocalTree } from '../trees/local-tree.ts';
import { mortalDisk, type Death } from './mortal-disk.ts';

const FOLDERS = ['', 'd/', 'd/e/', 'x y/', '\u00fc/'];
const NAMES = ['a', 'b', 'c', 'é', 'n'.repeat(255)];
const { signal } = new AbortController();

/**
 * A Stage that is pulled again and again, with what goes wrong on the way: requests that fail, bodies that break off, a process
 * that dies before or after a change on the disk. Meanwhile a person edits files in the directory.
 */
export class PulledTrial implements Disposable {
  readonly #dice: Dice;
  readonly #stage: MemoryDestination;
  readonly #tree: LocalTree = localTree();
  readonly #engine: Engine;
  /** What a person has written: it is never lost. */
  readonly #kept = new Map<string, string>();
  #failing = 0;
  #versions = 0;
  #now = 1_700_000_000_000;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#stage = createMemoryDestination({
      now: () => (this.#now += 5000),
      before: ({ kind }) => {
        if (['listFolder', 'stat', 'read'].includes(kind) && dice.chance(this.#failing))
          throw this.#trouble();
      },
    });
    this.#engine = createEngine(destinationAsSource({ destination: this.#breaking() }), {
      label: this.#tree.root,
    } as Destination);
  }

  [Symbol.dispose](): void {
    this.#engine[Symbol.dispose]();
    this.#tree[Symbol.dispose]();
  }

  #trouble(): SyncError {
    const verdict = this.#dice.pick(['retry', 'skip_entry', 'retry', 'end_run'] as const);
    return new SyncError('stage_unavailable', 'makes trouble', { verdict, operation: 'read' });
  }

  /** The Stage, of which bodies break off as well. */
  #breaking(): Destination {
    const stage = this.#stage;
    const broken = async function* (chunks: AsyncIterable<Uint8Array>, error: SyncError) {
      for await (const chunk of chunks) yield chunk.subarray(0, chunk.length / 2);
      throw error;
    };
    return Object.assign(Object.create(stage) as Destination, {
      listFolder: stage.listFolder.bind(stage),
      stat: stage.stat.bind(stage),
      close: async () => undefined,
      read: async (...args: Parameters<Destination['read']>) => {
        const chunks = await stage.read(...args);
        return this.#dice.chance(this.#failing) ? broken(chunks, this.#trouble()) : chunks;
      },
    });
  }

  readonly #path = (): string => this.#dice.pick(FOLDERS) + this.#dice.pick(NAMES);

  /** Somebody puts, replaces, moves and removes files on the Stage. */
  async editStage(): Promise<void> {
    const { files } = this.#stage;
    const path = this.#path();
    const there = [...files.keys()];
    if (there.length > 0 && this.#dice.chance(0.25)) {
      await this.#stage.remove(this.#dice.pick(there), { signal });
      return;
    }
    for (const folder of foldersOf(parentOf(path))) await this.#stage.makeFolder(folder, { signal });
    const text = `version ${++this.#versions} of ${path}`;
    await this.#stage.put(path, { size: Buffer.byteLength(text), bytes: Buffer.from(text) }, { signal });
  }

  /** A person writes a file of the directory, or removes one. */
  editDirectory(): void {
    const path = this.#path();
    if (this.#dice.chance(0.3)) {
      fs.rmSync(this.#tree.at(path), { force: true });
      this.#kept.delete(path);
      return;
    }
    const text = `written by hand, ${++this.#versions}`;
    this.#tree.write(path, text);
    const seconds = 2_000_000_000 + this.#versions * 10;
    fs.utimesSync(this.#tree.at(path), seconds, seconds);
    this.#kept.set(path, text);
  }

  async pass(more: Partial<PassOptions> = {}, death?: Death): Promise<PassResult | undefined> {
    const disk = death && mortalDisk(death);
    const destination = await openLocalDestination(
      { root: this.#tree.root, owner: () => '0123456789ab' },
      disk,
    );
    const force = new Set(['empty-source', 'max-delete'] as const);
    const options = {
      removal: 'ours',
      keepsOthers: true,
      concurrency: 4,
      force,
      destination,
      ...more,
    } as const;
    try {
      // a process that died resolves no more
      return await this.#engine.pass(options).catch((error: unknown) => {
        if (death === undefined) throw error;
        return undefined;
      });
    } finally {
      await destination.close();
    }
  }

  async disturbedPass(): Promise<void> {
    this.#failing = this.#dice.pick([0, 0.1, 0.4]);
    const kill = new AbortController();
    const death: Death = {
      at: 1 + this.#dice.below(60),
      when: this.#dice.pick(['before', 'after']),
      begun: 0,
      onDeath: () => kill.abort(new Error('killed')),
    };
    await this.pass({ signal: kill.signal, attempts: this.#dice.pick([1, 3]) }, death);
    this.#failing = 0;
    this.#keepsWhatWasWritten();
  }

  /** Undisturbed: the directory is as the Stage, but for what a person wrote; nothing is left over, and a second does nothing. */
  async cleanPass(): Promise<void> {
    const first = await this.pass();
    assert.equal(first?.error, undefined);
    this.#keepsWhatWasWritten();
    const found = this.#files();
    const expected = new Map(
      [...this.#stage.files].map(([path, { bytes }]) => [path, Buffer.from(bytes).toString()]),
    );
    for (const [path, text] of this.#kept) expected.set(path, text);
    assert.deepEqual(Object.fromEntries(found), Object.fromEntries(expected));
    const second = await this.pass();
    const { uploaded, moved, removed } = second!.report;
    assert.deepEqual({ uploaded, moved, removed }, { uploaded: 0, moved: 0, removed: 0 });
  }

  #keepsWhatWasWritten(): void {
    const found = this.#files();
    for (const [path, text] of this.#kept) assert.equal(found.get(path), text, `what was written to ${path}`);
  }

  /** All files, half-written ones too. */
  #files(): ReadonlyMap<string, string> {
    const { root } = this.#tree;
    const entries = fs.readdirSync(root, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    return new Map(
      files.map((place) => [place.slice(root.length + 1), fs.readFileSync(place, 'utf8')] as const),
    );
  }
}
