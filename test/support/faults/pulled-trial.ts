import fs from 'node:fs';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { Destination } from '../../../src/model/ports.ts';
import { destinationAsSource } from '../../../src/sources/stage/destination-as-source.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import type { PassOptions, PassResult } from '../../../src/sync/pass-options.ts';
import { LEFT_OUT } from '../cli/left-out.ts';
import { contentsOf, inspectedDirectory, type InspectedDirectory } from '../ends/inspected-directory.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { Dice } from '../trees/dice.ts';
import { stagePlace } from '../trees/edited-places.ts';
import { RandomTree } from '../trees/edited-source.ts';
import { judge, takingPart } from './convergence-judge.ts';
import { DirectoryWriter } from './directory-writer.ts';
import { mortalDisk, type Death } from './mortal-disk.ts';

const READING: ReadonlySet<string> = new Set(['listFolder', 'stat', 'read']);
const BESIDE = "somebody else's, beside the directory";

type Removal = PassOptions['removal'];

interface WriterCheck {
  readonly mayWaitAside?: boolean;
  readonly wantedBefore?: ReadonlyMap<string, unknown>;
}

/** What one seed stands for. */
function plan(dice: Dice) {
  const publishSet = dice.chance(0.2);
  const leftOut = dice.pick(LEFT_OUT);
  return {
    leftOut,
    /** The Stage is also edited while a pass is at work. */
    restless: dice.chance(0.3),
    options: {
      removal: dice.pick<Removal>(['none', 'ours', 'ours', 'everything']),
      keepsOthers: dice.chance(0.7),
      filter: createFilter({ rules: leftOut.rules }),
      atomic: publishSet,
      publishSet,
      marker: publishSet && dice.chance(0.5) ? '_done' : undefined,
      concurrency: dice.pick([1, 2, 4, 8]),
      force: new Set(['empty-source', 'max-delete'] as const),
    },
  };
}

/**
 * A Stage that is edited at random and pulled again and again, with what goes wrong on the way: requests that fail, bodies that
 * break off, a process that dies at a request or at a change on the disk. Meanwhile a person works in the directory.
 */
export class PulledTrial implements Disposable {
  readonly #dice: Dice;
  readonly #plan: ReturnType<typeof plan>;
  readonly #random: RandomTree;
  readonly #directory: InspectedDirectory;
  readonly #writer: DirectoryWriter;
  readonly #engine: Engine;
  /** Readings that went on where an earlier one left off. */
  resumed = 0;
  #failing = 0;
  /** Requests until something happens. */
  #until = 0;
  #happen = (): void => undefined;

  static async open(dice: Dice): Promise<PulledTrial> {
    let trial: PulledTrial | undefined;
    let now = 1_700_000_000_000;
    const directory = await inspectedDirectory({
      now: () => (now += 5000),
      before: (call) => trial?.writer.hears(call),
      after: (call) => trial?.writer.heard(call),
    });
    trial = new PulledTrial(dice, directory);
    return trial;
  }

  private constructor(dice: Dice, directory: InspectedDirectory) {
    this.#dice = dice;
    this.#plan = plan(dice);
    this.#directory = directory;
    const stage = createMemoryDestination({
      before: ({ kind }) => {
        if (--this.#until === 0) this.#happen();
        if (READING.has(kind) && dice.chance(this.#failing)) throw this.#trouble();
      },
      after: () => {
        if (--this.#until === 0) this.#happen();
      },
    });
    this.#random = new RandomTree(stagePlace(stage), dice, { largeShare: dice.pick([0, 0.3]) });
    this.#writer = new DirectoryWriter(directory, dice, this.#random.paths);
    const source = destinationAsSource({ destination: this.#breaking(stage) });
    this.#engine = createEngine(source, directory.destination);
    fs.writeFileSync(this.#beside, BESIDE);
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.#beside, { force: true });
    this.#engine[Symbol.dispose]();
    this.#directory[Symbol.dispose]();
  }

  get writer(): DirectoryWriter {
    return this.#writer;
  }

  get #beside(): string {
    return `${this.#directory.root}-beside`;
  }

  #trouble(): SyncError {
    const verdict = this.#dice.pick(['retry', 'skip_entry', 'retry', 'end_run'] as const);
    return new SyncError('stage_unavailable', 'makes trouble', { verdict, operation: 'read' });
  }

  /** The Stage, of which bodies break off as well; between two chunks a person may act. */
  #breaking(stage: Destination): Destination {
    const breaksAfter = (): number => this.#dice.below(4);
    const writer = (): DirectoryWriter => this.#writer;
    const coming = async function* (chunks: AsyncIterable<Uint8Array>, error: SyncError | undefined) {
      // a chunk has 64 KiB: what is large breaks off somewhere in it
      let whole = error === undefined ? Infinity : breaksAfter();
      for await (const chunk of chunks) {
        writer().mayAct();
        if (--whole < 0) {
          yield chunk.subarray(0, chunk.length / 2);
          break;
        }
        yield chunk;
      }
      if (error !== undefined) throw error;
    };
    const skipping = async function* (chunks: AsyncIterable<Uint8Array>, offset: number) {
      let left = offset;
      for await (const chunk of chunks) {
        if (left < chunk.length) yield chunk.subarray(left);
        left = Math.max(0, left - chunk.length);
      }
    };
    return {
      ...stage,
      close: async () => undefined,
      readFrom: async (path, offset, call) => {
        this.resumed++;
        const error = this.#dice.chance(this.#failing) ? this.#trouble() : undefined;
        return coming(skipping(await stage.read(path, call), offset), error);
      },
      read: async (...args: Parameters<Destination['read']>) => {
        const chunks = await stage.read(...args);
        return coming(chunks, this.#dice.chance(this.#failing) ? this.#trouble() : undefined);
      },
    };
  }

  editStage(count: number): void {
    this.#random.edit(count);
  }

  /** What the Stage has, as far as it takes part. */
  get #wanted() {
    return takingPart(this.#random.tree, this.#plan.leftOut, false);
  }

  async #pass(more: Partial<PassOptions> = {}, death?: Death): Promise<PassResult | undefined> {
    const destination = await this.#directory.open(death && mortalDisk(death));
    try {
      // a process that died resolves no more
      return await this.#engine
        .pass({ ...this.#plan.options, destination, ...more })
        .catch((error: unknown) => {
          if (death === undefined) throw error;
          return undefined;
        });
    } finally {
      await destination.close();
    }
  }

  async disturbedPass(): Promise<void> {
    const dice = this.#dice;
    const [before, wanted] = [this.#files(), this.#wanted.files];
    this.#failing = dice.pick([0, 0.03, 0.2]);
    this.#random.forgetPaths();
    this.#writer.begins(dice.pick([0, 2, 6]));
    const [signal, draining] = [new AbortController(), new AbortController()];
    const death: Death = {
      at: dice.chance(0.6) ? 1 + dice.below(60) : Number.POSITIVE_INFINITY,
      when: dice.pick(['before', 'after'] as const),
      begun: 0,
      onDeath: () => signal.abort(new Error('killed')),
    };
    const die = (): void => {
      death.begun = Number.POSITIVE_INFINITY;
      death.onDeath();
    };
    if (this.#plan.restless) this.#at(1 + dice.below(20), () => this.#random.edit(3));
    else if (dice.chance(0.4))
      this.#at(1 + dice.below(40), dice.chance(0.7) ? die : () => draining.abort(new Error('stopped')));
    const stops = { signal: signal.signal, draining: draining.signal };
    await this.#pass({ ...stops, attempts: dice.pick([1, 3]) }, death);
    this.#failing = 0;
    this.#at(0, () => undefined);
    this.#writer.rests();
    this.#checkWriter({ mayWaitAside: true, wantedBefore: wanted });
    this.#checkWhole();
    const now = new Set(this.#files().values());
    for (const [path, node] of this.#wanted.files) {
      const old = before.get(path);
      if (old === undefined || wanted.get(path) !== node || this.#writer.hasTouched(path)) continue;
      assert.ok(now.has(old) || now.has(node.content), `${path} is neither there nor aside`);
    }
  }

  #at(nth: number, happen: () => void): void {
    this.#until = nth;
    this.#happen = happen;
  }

  /** Undisturbed: the directory is as the Stage, but for what a person made of it; nothing is left over, a second does nothing. */
  async cleanPass(): Promise<void> {
    const { options, leftOut } = this.#plan;
    this.#random.forgetPaths();
    this.#writer.begins(0);
    this.#engine.events.length = 0;
    const first = await this.#pass();
    assert.equal(first?.error, undefined);
    this.#checkWriter();
    this.#checkWhole();
    const found = this.#files();
    const trouble = this.#engine.events.filter(({ type }) => type === 'problem').slice(-3);
    const source = this.#wanted;
    const { folders } = this.#writer;
    // a folder that a rule leaves out is never ours: it stays, also where a mirror is asked for and nothing is left in it
    const leftAlone = [...folders].filter((folder) => leftOut.has(folder));
    const others = new Map([...this.#writer.others, ...leftAlone.map((folder) => [folder, ''] as const)]);
    for (const path of others.keys())
      if (!options.keepsOthers && source.files.has(path) && found.get(path) !== others.get(path))
        this.#writer.forget(path);
    const sizeOf = (path: string): number | undefined => source.files.get(path)?.content.length;
    const sameSize = [...others].filter(([path, text]) => sizeOf(path) === text.length);
    const wrongs = judge(found, {
      ...options,
      moves: false,
      source,
      leftOut,
      others,
      listed: true,
      origins: undefined,
      failed: first!.report.failed,
      foldersOfOthers: folders,
      mayBeAdopted: new Set(sameSize.map(([path]) => path)),
      besides: ['_done', ...(options.removal === 'everything' ? [] : folders)],
    });
    assert.deepEqual(wrongs, [], JSON.stringify(trouble));
    for (const path of others.keys()) if (!found.has(path)) this.#writer.forget(path);
    if (first!.report.failed > 0) return;
    const hidden = [...found.keys()].filter((path) => path.includes('.stagesync-'));
    assert.deepEqual(hidden, [], 'hidden names are left');
    const second = await this.#pass();
    const { uploaded, moved, removed, failed, foldersCreated } = second!.report;
    assert.deepEqual(
      { uploaded, moved, removed, failed, foldersCreated },
      { uploaded: 0, moved: 0, removed: 0, failed: 0, foldersCreated: 0 },
    );
    this.#checkIntents();
  }

  /**
   * What a person wrote is where it was written, unless the run was told to replace or remove such a file, and had seen it.
   * `mayWaitAside`: the run may have ended while a folder was away, and the file in it: the next one brings it back.
   * `wantedBefore`: what the Stage had when the run began, where it was edited meanwhile.
   */
  #checkWriter({ mayWaitAside = false, wantedBefore }: WriterCheck = {}): void {
    const { options, leftOut } = this.#plan;
    const wanted = this.#wanted.files;
    const found = this.#files();
    const hidden = [...found].filter(([path]) => path.startsWith('.stagesync-'));
    const aside = new Set(mayWaitAside ? hidden.map(([, text]) => text) : []);
    for (const [path, { text, seen }] of this.#writer.written) {
      if (found.get(path) === text || aside.has(text)) continue;
      const takesPart = !leftOut.has(path);
      const replaced = !options.keepsOthers && this.#random.paths.has(path);
      const wasWanted = wanted.has(path) && wantedBefore?.has(path) !== false;
      const mirrored = options.removal === 'everything' && !wasWanted;
      assert.ok(
        takesPart && seen && (replaced || mirrored),
        `what was written to ${path} is gone: ${found.get(path)?.slice(0, 50)} is there instead of ${text}`,
      );
      this.#writer.forget(path);
    }
  }

  /** Nothing but whole versions is shown, and nothing beside the directory was touched. */
  #checkWhole(): void {
    for (const [path, text] of this.#files()) {
      if (path.endsWith('/') || path.includes('.stagesync-')) continue;
      if (path === this.#plan.options.marker && text === '') continue;
      assert.ok(
        this.#random.contents.has(text) || this.#writer.texts.has(text),
        `${path} holds what no version held (${text.length} characters)`,
      );
    }
    assert.equal(fs.readFileSync(this.#beside, 'utf8'), BESIDE);
  }

  #checkIntents(): void {
    const ledger = openLedger({
      folder: this.#engine.folder,
      source: 'stage://memory/',
      destination: this.#directory.destination.label,
      command: 'check',
      pid: process.pid,
    });
    try {
      assert.deepEqual(ledger.intents(), [], 'intents are left');
    } finally {
      ledger.close();
    }
  }

  /** Everything in the directory, half-written files too. */
  #files(): ReadonlyMap<string, string> {
    return contentsOf(join(this.#directory.root));
  }
}
