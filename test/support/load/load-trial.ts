import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemoryCall } from '../../../src/destinations/memory/memory-destination.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { RelPath } from '../../../src/model/path.ts';
import { versionName } from '../../../src/sync/names/new-names.ts';
import type { LoadOptions } from '../../../src/sync/load/load-options.ts';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { createDice, type Dice } from '../trees/dice.ts';
import { createLoadWorld, type LoadWorld } from './load-world.ts';

const NAMES = ['a.csv', 'b.csv', 'd/a.csv', 'd/b.csv', 'd/e/c.csv', 'f/a.csv', 'log.1', 'log.2', 'log.3'];
const STEPS = 12;
/** Passes and batches after which nothing more may be open. */
const TO_SETTLE = 8;

/** What one trial met, to see that the trials meet what they are for. */
export interface LoadTrialCounts {
  kills: number;
  drops: number;
  renames: number;
  left: number;
  doubled: number;
  readings: number;
}

/**
 * A world of a source that changes, a pipeline that reads at any moment, a second writer, lost replies and kills between any two
 * requests. In the end each file's present content was read under its name after it had come there; rows are doubled only
 * where that was warned of; nothing left that was not loaded, and nothing of others was touched.
 */
export async function runLoadTrial(
  seed: number,
  reload: LoadOptions['reload'] = 'drop-file',
): Promise<LoadTrialCounts> {
  const trial = new LoadTrial(seed, reload);
  try {
    return await trial.run();
  } finally {
    trial[Symbol.dispose]();
  }
}

/** The path that a name of ours stands for. */
const pathOfVersion = (name: RelPath): RelPath => name.replace(/~\d+(?=\.csv$|$)/, '');

/** What others wrote, over a file of ours or under a name of theirs. */
const isTheirs = (text: string | undefined): boolean => text === undefined || /!$|\?$|^theirs/.test(text);

class Dead extends Error {}

class LoadTrial implements Disposable {
  readonly #dice: Dice;
  readonly #world: LoadWorld;
  readonly #hasKey: boolean;
  readonly #load: Partial<LoadOptions>;
  readonly #overrides: Partial<PassOptions>;
  readonly #snapshot: string;
  readonly #foreign = new Map<RelPath, string>();
  /** Calls until the process is killed; undefined: it lives on. */
  #dies: number | undefined;
  #isDead = false;
  #isCalm = false;
  #inPass = false;
  #written = 0;
  readonly #counts: LoadTrialCounts = { kills: 0, drops: 0, renames: 0, left: 0, doubled: 0, readings: 0 };

  constructor(seed: number, reload: LoadOptions['reload']) {
    const dice = (this.#dice = createDice(seed));
    this.#hasKey = dice.chance(0.5);
    this.#snapshot = mkdtempSync(join(tmpdir(), 'stagesync-loads-'));
    this.#load = {
      afterLoad: dice.chance(0.6) ? 'remove' : 'keep',
      reload,
      maxUnloaded: dice.chance(0.3) ? 60 : undefined,
      patienceMs: 5000,
    };
    this.#overrides = {
      removal: dice.pick(['none', 'ours', 'ours']),
      moves: dice.chance(0.8),
      concurrency: dice.pick([1, 2, 4]),
      atomic: dice.chance(0.2),
      force: new Set(['empty-source', 'max-delete']),
    };
    this.#world = createLoadWorld({
      pipeline: {
        hasUniqueKey: this.#hasKey,
        lagMs: dice.pick([0, 0, 1500]),
        tellsBatches: dice.chance(0.7),
        keyOf: (path, content) => (isTheirs(content) ? path : pathOfVersion(path)),
        before: () => this.#step('before'),
        after: () => this.#step('after'),
      },
      destination: {
        moveOverwrites: dice.chance(0.5),
        refusesOverwrite: dice.chance(0.3),
        before: async (call) => {
          this.#step('before');
          await this.#judge(call);
        },
        after: () => this.#step('after'),
      },
    });
  }

  [Symbol.dispose](): void {
    this.#world[Symbol.dispose]();
    rmSync(this.#snapshot, { recursive: true, force: true });
  }

  async run(): Promise<LoadTrialCounts> {
    for (let step = 0; step < STEPS; step++) await this.#anything();
    this.#isCalm = true;
    for (let round = 0; round < TO_SETTLE; round++) {
      await this.#pass();
      this.#world.clock.at += 10_000;
      this.#world.pipelines.batch();
      this.#world.pipelines.batch();
      this.#world.clock.at += 10_000;
    }
    await this.#pass();
    await this.#judgeEnd();
    const { pipelines, engine } = this.#world;
    this.#counts.drops = pipelines.dropped.length;
    this.#counts.renames = engine.events.filter(
      (event) => event.type === 'reload' && event.name !== undefined,
    ).length;
    this.#counts.readings = pipelines.readings.length;
    this.#counts.left = engine.events.filter(
      (event) => event.type === 'action' && event.reason === 'loaded' && event.outcome === 'done',
    ).length;
    return this.#counts;
  }

  async #anything(): Promise<void> {
    const { clock, pipelines } = this.#world;
    clock.at += this.#dice.pick([10, 3000, 60_000]);
    for (let edits = this.#dice.below(4); edits > 0; edits--) this.#edit();
    if (this.#dice.chance(0.15)) this.#interfere();
    if (this.#dice.chance(0.4)) pipelines.beginBatch();
    if (this.#dice.chance(0.4)) pipelines.endBatch();
    await this.#pass();
  }

  #edit(): void {
    const { source } = this.#world;
    const path = this.#dice.pick(NAMES);
    const roll = this.#dice.next();
    try {
      if (roll < 0.55) source.write(path, this.#content());
      else if (roll < 0.7) source.remove(path);
      else if (roll < 0.8) {
        source.move('log.2', 'log.3');
        source.move('log.1', 'log.2');
        source.write('log.1', this.#content());
      } else if (roll < 0.9) source.move(path, this.#dice.pick(NAMES));
      else source.move('d/', 'f/');
    } catch {
      // what is not there cannot be changed
    }
  }

  /** Each has its own text; most are of one size, so that the size tells nothing. */
  #content(): string {
    const text = `content ${String(++this.#written).padStart(4, '0')}`;
    return this.#dice.chance(0.7) ? text : text.padEnd(14 + this.#dice.below(10), '.');
  }

  #interfere(): void {
    const { destination } = this.#world;
    if (this.#load.reload === 'new-name' && this.#dice.chance(0.4)) {
      const path = `in/${versionName(this.#dice.pick(NAMES), 2 + this.#dice.below(3))}`;
      // what is theirs stays; over what is ours they write so that it is seen
      const text = `theirs ${++this.#written}`.padEnd(60, '?');
      if (destination.text(path) === undefined) this.#foreign.set(path, text);
      if (this.#foreign.has(path)) this.#foreign.set(path, text);
      destination.place(path, text);
    } else if (this.#dice.chance(0.5)) {
      const path = `in/theirs/${this.#dice.below(3)}`;
      const text = `theirs ${++this.#written}`;
      this.#foreign.set(path, text);
      destination.place(path, text);
    } else {
      const path = `in/${this.#dice.pick(NAMES)}`;
      // of another size: what is not confirmed yet is told from another file by its size alone
      if (destination.text(path) !== undefined) destination.place(path, this.#content().padEnd(40, '!'));
    }
  }

  async #pass(): Promise<void> {
    this.#dies = !this.#isCalm && this.#dice.chance(0.5) ? 1 + this.#dice.below(60) : undefined;
    this.#isDead = false;
    const kill = new AbortController();
    this.#kill = kill;
    this.#inPass = true;
    const { error } = await this.#world
      .pass(this.#load, { ...this.#overrides, signal: kill.signal })
      .catch((thrown: unknown) => {
        if (!this.#isDead) throw thrown;
        return { error: undefined };
      });
    this.#inPass = false;
    if (!this.#isDead) {
      if (this.#isCalm) assert.equal(error?.code === 'not_loaded' ? undefined : error, undefined);
      return;
    }
    this.#counts.kills++;
    // what was in the ledger at the moment of the kill
    rmSync(this.#world.engine.folder, { recursive: true, force: true });
    cpSync(this.#snapshot, this.#world.engine.folder, { recursive: true });
  }

  #kill = new AbortController();

  /** Something happens before or after a call: a kill, a lost reply, a batch. */
  #step(when: 'before' | 'after'): void {
    if (!this.#inPass) return;
    if (this.#isDead) throw new Dead();
    const { pipelines } = this.#world;
    if (this.#dies !== undefined && --this.#dies === 0) {
      this.#isDead = true;
      rmSync(this.#snapshot, { recursive: true, force: true });
      cpSync(this.#world.engine.folder, this.#snapshot, { recursive: true });
      this.#kill.abort(new Dead());
      throw new Dead();
    }
    if (this.#isCalm) return;
    if (this.#dice.chance(0.1)) pipelines.beginBatch();
    if (this.#dice.chance(0.1)) pipelines.endBatch();
    if (when === 'after' && this.#dice.chance(0.02))
      throw new SyncError('stage_unavailable', 'the reply was lost', { verdict: 'retry', inDoubt: true });
  }

  /** A file that the source has as it is may go only once it was read. */
  async #judge({ kind, path }: MemoryCall): Promise<void> {
    if (kind !== 'remove' || !path.startsWith('in/')) return;
    const { destination, pipelines } = this.#world;
    const content = destination.text(path);
    const isRead = pipelines.readings.some(
      (each) => pathOfVersion(each.path) === pathOfVersion(path) && each.content === content,
    );
    const source = pathOfVersion(path).slice('in/'.length);
    if (content !== undefined && !isRead && (await this.#text(source)) === content)
      this.#wrong.push(`${path} was removed, and nobody had read ${content}`);
  }

  readonly #wrong: string[] = [];

  async #judgeEnd(): Promise<void> {
    const { pipelines, destination, engine } = this.#world;
    const present = new Map<RelPath, string>();
    for (const path of NAMES) {
      const text = await this.#text(path);
      if (text !== undefined) present.set(path, text);
    }
    for (const [path, content] of present) {
      const isOf = (name: RelPath): boolean => pathOfVersion(name) === `in/${path}`;
      const ours = pipelines.readings.filter((each) => isOf(each.path) && !isTheirs(each.content));
      assert.equal(ours.at(-1)?.content, content, `${path} was not read as it is`);
      const there = [...destination.files.keys()].filter(isOf).map((name) => destination.text(name));
      const wanted = this.#load.afterLoad === 'remove' ? 0 : 1;
      // others may have put something there since
      assert.equal(there.filter((text) => text === content).length, wanted, `${path}: ${there.join()}`);
      if (this.#load.reload === 'new-name')
        assert.equal(there.filter((text) => !isTheirs(text)).length, wanted, `${path}: ${there.join()}`);
      const rows = pipelines.rows.filter((row) => isOf(row.path) && !isTheirs(row.content));
      if (this.#hasKey)
        assert.deepEqual(
          rows.map((row) => row.content),
          [content],
        );
    }
    if (this.#overrides.removal === 'ours')
      for (const name of destination.files.keys())
        if (pathOfVersion(name) !== name && !isTheirs(destination.text(name)))
          assert.ok(await this.#text(pathOfVersion(name).slice('in/'.length)), `${name} has stayed`);
    for (const [path, text] of this.#foreign) assert.equal(destination.text(path), text);
    assert.deepEqual(this.#wrong, []);
    this.#judgeDoubles(engine.events);
  }

  #judgeDoubles(events: readonly SyncEvent[]): void {
    if (this.#hasKey) return;
    const seen = new Set<string>();
    const warned = events.some((event) => event.type === 'problem' && event.code === 'rows_may_double');
    for (const { path, content } of this.#world.pipelines.rows) {
      const key = `${pathOfVersion(path)} ${content}`;
      if (seen.has(key)) {
        this.#counts.doubled++;
        assert.ok(warned, `${key} is doubled, and nobody was warned`);
      }
      seen.add(key);
    }
  }

  async #text(path: RelPath): Promise<string | undefined> {
    const { source } = this.#world;
    const call = { signal: new AbortController().signal };
    const entry = await source.stat?.(path, call);
    if (entry === undefined) return undefined;
    const chunks: Uint8Array[] = [];
    const content = await source.read(entry, call);
    if ('bytes' in content) chunks.push(content.bytes);
    else for await (const chunk of content.chunks) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }
}
