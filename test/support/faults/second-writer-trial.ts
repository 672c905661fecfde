import assert from 'node:assert/strict';
import type { RequestInfo, RequestPhase } from '../../../src/emulator/request-info.ts';
import type { Destination } from '../../../src/model/ports.ts';
import { TRASH } from '../../../src/sync/execute/trash/trash-names.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import type { PassOptions, PassResult } from '../../../src/sync/pass-options.ts';
import { judge, takingPart } from './convergence-judge.ts';
import { createDice } from '../trees/dice.ts';
import type { Dice } from '../trees/dice.ts';
import { openTrialSource } from '../trees/edited-source.ts';
import type { TrialSource } from '../trees/edited-source.ts';
import { LEFT_OUT } from '../cli/left-out.ts';
import type { LeftOut } from '../cli/left-out.ts';
import { randomBehaviour } from './random-faults.ts';
import { SecondWriter, THEIRS } from './second-writer.ts';
import { SecondWriterRuns } from './second-writer-runs.ts';
import { Verdicts } from './second-writer-verdicts.ts';
import type { Tally } from './second-writer-verdicts.ts';
import { pathOf, StageModel, within } from '../stage/stage-model.ts';
import type { TrialStage } from '../stage/trial-stage.ts';

export interface TrialOptions {
  readonly pass: Partial<PassOptions> & Pick<PassOptions, 'removal' | 'moves' | 'publishSet' | 'concurrency'>;
  readonly leftOut: LeftOut;
  readonly rounds: number;
}

function planTrial(dice: Dice): TrialOptions {
  const atomic = dice.chance(0.3);
  const publishSet = atomic && dice.chance(0.4);
  const leftOut = dice.pick(LEFT_OUT);
  return {
    leftOut,
    rounds: 1 + dice.below(3),
    pass: {
      removal: dice.pick(['none', 'ours', 'ours', 'ours', 'everything'] as const),
      filter: createFilter({ rules: leftOut.rules }),
      atomic,
      publishSet,
      marker: publishSet && dice.chance(0.5) ? '_done' : undefined,
      moves: dice.chance(0.9),
      concurrency: dice.pick([1, 2, 4, 8]),
      attempts: 3,
      force: new Set(['empty-source'] as const),
    },
  };
}

/**
 * One seed: a source that is edited, runs of many kinds, some of them killed, and somebody else who puts, replaces and
 * removes files and makes folders in the same target meanwhile, mostly where a request of ours is under way. Throws
 * where anything of the others was lost that the rules do not allow; resolves with what they allowed.
 */
export async function runSecondWriterTrial(seed: number, stage: TrialStage): Promise<Tally> {
  const dice = createDice(seed);
  const planned = planTrial(dice);
  // of its own, so that the seeds from before stand for what they did
  const keeps = createDice(seed ^ 0x51d3a6c7).chance(0.3);
  const options = { ...planned, pass: { ...planned.pass, ...(keeps && { keepRemovedMs: 7 * 86_400_000 }) } };
  const base = `w${seed}/`;
  const root = `${base}${dice.pick(['target/', 'deep/er/'])}`;
  stage.emulator.behaviour.reset();
  stage.emulator.behaviour.set(randomBehaviour(dice));
  const kind = dice.pick(['memory', 'memory', 'bucket', 'disk'] as const);
  using edited = await openTrialSource(kind, dice, `memory:${seed}`);
  const label = `stage://${stage.emulator.deployments[0]!.id}/${root}`;
  const destination = await stage.open(root, undefined, options.pass.concurrency, label);
  using runs = new SecondWriterRuns({
    ...options,
    edited,
    destination,
    stage,
    dice,
    onBegin: () => trial.passBegins(),
  });
  const trial = new Trial(seed, { stage, base, root, edited, destination, runs, options, dice });
  try {
    return await trial.run();
  } catch (error) {
    await stage.clear();
    throw error;
  } finally {
    stage.onRequest = undefined;
    await destination.close();
  }
}

interface TrialParts {
  readonly stage: TrialStage;
  readonly base: string;
  readonly root: string;
  readonly edited: TrialSource;
  readonly destination: Destination;
  readonly runs: SecondWriterRuns;
  readonly options: TrialOptions;
  readonly dice: Dice;
}

/** How often the second writer acts at a phase of a request of ours. */
const EAGERNESS: Readonly<Record<string, number>> = {
  remove: 0.5,
  move: 0.5,
  list: 0.12,
  putFolder: 0.1,
  putFile: 0.05,
};

/** Requests that a failure shows. */
const TRACED = 120;

class Trial {
  readonly #parts: TrialParts;
  readonly #verdicts: Verdicts;
  readonly #model: StageModel;
  readonly #other: SecondWriter;
  readonly #seed: number;
  /** Deeds that the second writer has left for this run. */
  #deedsLeft = 0;
  readonly #steps: string[] = [];
  /** The requests of this run in the order in which they were done, theirs in brackets. */
  #trace: string[] = [];
  /** Of its own: when a request comes is chance, and must not change the edits of a seed. */
  readonly #deedDice: Dice;

  constructor(seed: number, parts: TrialParts) {
    const { edited, options, root, stage } = parts;
    this.#seed = seed;
    this.#deedDice = createDice(seed ^ 0x5bd1e995);
    this.#parts = parts;
    this.#verdicts = new Verdicts({
      root,
      mirror: options.pass.removal === 'everything',
      keeps: options.pass.keepRemovedMs !== undefined,
      leftOut: options.leftOut,
      sourcePaths: edited.random.paths,
      marker: options.pass.marker,
      movesFolders: () => stage.emulator.behaviour.current.moveFolder === 'accept',
      showsTimes: () => ['fractional', 'seconds'].includes(stage.emulator.behaviour.current.timestamps),
    });
    this.#model = new StageModel(this.#verdicts);
    this.#other = new SecondWriter(stage, this.#model, this.#deedDice, root);
    stage.onRequest = (phase, info) => this.#onRequest(phase, info);
  }

  passBegins(): void {
    this.#verdicts.runBegins(this.#model);
  }

  async run(): Promise<Tally> {
    const { edited, options, dice, runs, base, root, stage } = this.#parts;
    await this.#other.makeFolder(base);
    // what a second stagesync has under way, beside the target
    await this.#other.makeFolder(`${base}.stagesync-others-run/`);
    await this.#other.put(`${base}.stagesync-others-run/1-new-a`);
    edited.random.edit(6 + dice.below(14));
    await this.#run('pass', () => runs.pass({}), false);
    if (this.#model.findFolder(root) !== undefined && dice.chance(0.3)) {
      await this.#other.makeFolder(`${root}.stagesync-others-run/`);
      await this.#other.put(`${root}.stagesync-others-run/1-new-b`);
    }
    for (let round = 0; round < options.rounds; round++) {
      edited.random.edit(1 + dice.below(8));
      for (let deeds = dice.below(4); deeds > 0; deeds--) await this.#other.act(undefined);
      const kind = runs.pickKind();
      await this.#run(kind, () => runs.run(kind), true);
    }
    edited.random.edit(dice.below(3));
    let last = await this.#run('last pass', () => runs.pass({}), false);
    if (this.#verdicts.heldSome) last = await this.#run('one more', () => runs.pass({}), false);
    await this.#checkEnd(last!);
    stage.emulator.behaviour.reset();
    stage.onRequest = undefined;
    const { signal } = new AbortController();
    await this.#parts.destination.remove(base, { signal });
    await this.#parts.destination.remove(TRASH, { signal }).catch(() => undefined);
    return this.#verdicts.tally;
  }

  /** Resolves with undefined where the run was killed. */
  async #run(
    kind: string,
    work: () => Promise<PassResult | undefined>,
    disturbed: boolean,
  ): Promise<PassResult | undefined> {
    const { stage, edited, dice } = this.#parts;
    edited.random.forgetPaths();
    this.passBegins();
    this.#deedsLeft = disturbed ? 2 + dice.below(8) : 0;
    this.#trace = [];
    const result = await work();
    this.#deedsLeft = 0;
    await stage.settled();
    const killed = result === undefined || result.error !== undefined;
    this.#steps.push(
      `${kind}${killed ? `, ended early (${result?.error?.message ?? 'killed'})` : ''}: others ${this.#other.deeds.splice(0).join(', ')}`,
    );
    if (!killed) this.#verdicts.checkHomes(this.#model);
    this.#checkLosses();
    return result;
  }

  async #onRequest(phase: RequestPhase, info: RequestInfo): Promise<void> {
    const theirs = info.by === SecondWriter.name;
    // nothing is awaited before this: the order of these calls is the order of what was done
    if (phase === 'committed') {
      this.#model.committed(info, theirs, this.#other.contentAt(info.path));
      const { marker } = this.#parts.options.pass;
      // the marker is put last, between removals
      const isMarker = marker !== undefined && info.path.endsWith(marker);
      if (!theirs && info.kind === 'putFile' && !isMarker) this.#verdicts.uploaded(this.#model.now);
    }
    if (phase === 'replying' && info.kind === 'list' && !theirs) this.#model.listed(info.path);
    if (phase === 'replying' && info.kind === 'metadata' && !theirs)
      this.#verdicts.lookedAt(info.path, this.#model.now);
    if (phase === (info.kind === 'list' || info.kind === 'metadata' ? 'replying' : 'committed')) {
      const did = `${info.kind} ${info.path}${info.to === undefined ? '' : ` to ${info.to}`}`;
      this.#trace.push(theirs ? `[${did}]` : did);
    }
    if (theirs) return;
    this.#parts.runs.onRequest();
    if (this.#deedsLeft <= 0 || !this.#deedDice.chance(EAGERNESS[info.kind] ?? 0)) return;
    this.#deedsLeft--;
    await this.#other.act(info);
  }

  async #checkEnd(last: PassResult): Promise<void> {
    const { stage, root, base, options, edited, runs } = this.#parts;
    const contents = await stage.contents(base);
    const mine = [...within(this.#model.findFolder(base)!)].map((thing) => pathOf(thing)!);
    assert.deepEqual([...contents.keys()].sort(), mine.filter((path) => path !== base).sort(), 'the model');
    const others = new Map<string, string>();
    for (const thing of within(this.#model.root)) {
      const path = pathOf(thing)!;
      if (!thing.theirs || !path.startsWith(base) || path === base) continue;
      if (thing.kind === 'file')
        assert.equal(contents.get(path), thing.content, this.#told(`of others: ${path}`));
      if (path.startsWith(root) && path !== root && !path.includes('.stagesync-'))
        others.set(path.slice(root.length), thing.content);
    }
    assert.equal(last.error, undefined, this.#told('the last pass'));
    const source = takingPart(edited.random.tree, options.leftOut, edited.kind === 'bucket');
    const found = new Map<string, string>();
    for (const [path, content] of contents)
      if (path.startsWith(root) && path !== root && !path.includes('.stagesync-'))
        found.set(path.slice(root.length), content);
    for (const path of others.keys()) if (source.files.has(path)) others.delete(path);
    const { removal } = options.pass;
    const wrongs = judge(found, {
      ...options.pass,
      source,
      leftOut: options.leftOut,
      others,
      listed: true,
      origins: undefined,
      failed: last.report.failed,
      // a folder is nobody's once others lie in it
      besides: [
        '_done',
        ...(removal === 'ours' ? [...found.keys()].filter((path) => path.endsWith('/')) : []),
      ],
    });
    assert.deepEqual(wrongs, [], this.#told(`the last pass (${last.report.failed} failed)`));
    const hidden = [...contents]
      .filter(([path, content]) => path.includes('.stagesync-') && !content.startsWith(THEIRS))
      .map(([path]) => path)
      .filter((path) => !path.includes('.stagesync-others-run/'));
    if (last.report.failed > 0) {
      if (options.pass.atomic !== true) assert.deepEqual(hidden, [], this.#told('names of ours are left'));
      return;
    }
    // what has no place to go back to waits, and each run tries again
    if (this.#verdicts.holdsWhatCannotReturn(this.#model)) return;
    assert.deepEqual(hidden, [], this.#told('names of ours are left'));
    const before = stage.emulator.counters.read().changing;
    await runs.pass({});
    const changes = stage.emulator.counters.read().changing - before;
    assert.equal(changes, 0, this.#told('a pass with nothing to do sent changes'));
    this.#checkLosses();
  }

  #checkLosses(): void {
    const { losses } = this.#verdicts;
    if (losses.length > 0) assert.fail(this.#told(losses.join('\n  ')));
  }

  #told(what: string): string {
    const { options, edited } = this.#parts;
    const { filter: _filter, force: _force, ...pass } = options.pass;
    const rules = options.leftOut.rules.map(({ pattern }) => pattern).join(' ');
    const { moveFolder, removeFullFolder, kindsCoexist } = this.#parts.stage.emulator.behaviour.current;
    const manners = JSON.stringify({ moveFolder, removeFullFolder, kindsCoexist });
    return `${what}\n  seed ${this.#seed}, a ${edited.kind}: ${JSON.stringify(pass)} without [${rules}] on ${manners}\n  ${this.#steps.join('\n  ')}\n  of the last of them: ${this.#trace.slice(-TRACED).join(', ')}`;
  }
}
