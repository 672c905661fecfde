import assert from 'node:assert/strict';
import type { Faults } from '../../../src/emulator/control/faults.ts';
import type { RequestInfo } from '../../../src/emulator/request-info.ts';
import type { SyncEvent } from '../../../src/model/events.ts';
import { isWithin } from '../../../src/model/path.ts';
import type { Destination } from '../../../src/model/ports.ts';
import { TRASH } from '../../../src/sync/execute/trash/trash-names.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import { ChangedFolders } from '../../../src/sync/overtaking/changed-folders.ts';
import type { PassOptions, PassResult } from '../../../src/sync/pass-options.ts';
import { judge, takingPart } from './convergence-judge.ts';
import type { Sight, Source } from './convergence-judge.ts';
import { createDice } from '../trees/dice.ts';
import type { Dice } from '../trees/dice.ts';
import { openTrialSource } from '../trees/edited-source.ts';
import type { TrialSource } from '../trees/edited-source.ts';
import { TrialQueue } from '../cluster/trial-queue.ts';
import { createEngine } from '../engine/engine.ts';
import type { Engine } from '../engine/engine.ts';
import { LEFT_OUT } from '../cli/left-out.ts';
import type { LeftOut } from '../cli/left-out.ts';
import { IMPATIENT_MS, randomBehaviour, randomFaults } from './random-faults.ts';
import { createStageClock } from '../stage/stage-clock.ts';
import { PLACES } from '../trees/tree-edits.ts';
import type { FileNode } from '../trees/tree-edits.ts';
import type { TrialStage } from '../stage/trial-stage.ts';

/** Longer than any trial: what a run removes or replaces is there at its end. */
const KEEP_MS = 7 * 86_400_000;
const FOREIGN = "somebody else's, of a length of its own";

/** What one seed stands for. */
interface TrialPlan {
  readonly options: Partial<PassOptions> & Pick<PassOptions, 'removal' | 'moves' | 'publishSet'>;
  readonly leftOut: LeftOut;
  readonly rounds: number;
  /** The source also changes while a pass runs. */
  readonly restless: boolean;
  /** The source changes again and again while a pass runs, and the pass is told where, as by a watch. */
  readonly told: boolean;
  /** Passes that are disturbed take the ledger's word for what is on Stage. */
  readonly trusting: boolean;
}

/** `toldDice`: of its own, so that the seeds from before stand for what they did. */
function plan(dice: Dice, toldDice: Dice): TrialPlan {
  const atomic = dice.chance(0.35);
  const publishSet = atomic && dice.chance(0.4);
  const leftOut = dice.pick(LEFT_OUT);
  return {
    rounds: 1 + dice.below(3),
    restless: dice.chance(0.3),
    told: toldDice.chance(0.4),
    trusting: dice.chance(0.2),
    leftOut,
    options: {
      removal: dice.pick(['none', 'ours', 'ours', 'everything'] as const),
      filter: createFilter({ rules: leftOut.rules }),
      atomic,
      publishSet,
      marker: publishSet && dice.chance(0.5) ? '_done' : undefined,
      moves: dice.chance(0.85),
      concurrency: dice.pick([1, 2, 4, 8]),
      attempts: dice.pick([1, 2, 4, 6]),
      force: new Set(['empty-source'] as const),
    },
  };
}

/**
 * One run of the whole tool, chosen by its seed: a random tree, edits, a Stage of random manners, faults during some
 * passes; then a pass without faults, and one after more edits. Throws where anything was lost, where one undisturbed
 * pass was not enough, and on anything left behind.
 */
export async function runTrial(
  seed: number,
  stage: TrialStage,
  { queued = false }: { readonly queued?: boolean } = {},
): Promise<void> {
  const dice = createDice(seed);
  const toldDice = createDice(seed ^ 0x2f6e2b1);
  // of its own too
  const keeps = createDice(seed ^ 0x51d3a6c7).chance(0.3);
  const planned = plan(dice, toldDice);
  const options = { ...planned.options, ...(keeps && { keepRemovedMs: KEEP_MS }) };
  const whole = { ...planned, options };
  const { emulator } = stage;
  const base = `t${seed}/`;
  const root = `${base}${dice.pick(['target/', 'deep/er/'])}`;
  emulator.faults.set({});
  emulator.behaviour.reset();
  emulator.behaviour.set(randomBehaviour(dice));
  const { signal } = new AbortController();
  using edited = await openTrialSource(
    dice.pick(['memory', 'memory', 'bucket', 'disk'] as const),
    dice,
    `memory:${seed}`,
  );
  const patient = await stage.open(root, undefined, options.concurrency);
  const impatient = await stage.open(
    root,
    { headers: IMPATIENT_MS, idle: IMPATIENT_MS },
    options.concurrency,
  );
  await patient.makeFolder(base, { signal });
  await patient.put(`${base}beside`, textContent(FOREIGN), { signal });
  using engine = createEngine(edited.source, impatient, createStageClock());
  const queue = queued ? new TrialQueue({ seed, source: edited.source, patient, impatient }) : undefined;
  const trial = new Trial({
    planned: whole,
    stage,
    base,
    root,
    edited,
    engine,
    patient,
    dice,
    toldDice,
    queue,
  });
  try {
    edited.random.edit(4 + dice.below(14));
    for (let round = 0; round < planned.rounds; round++) await trial.disturbedRound();
    await trial.cleanPass('the first pass after all that', undefined);
    const origins = new Map(trial.source.files);
    for (const path of trial.others.keys()) origins.delete(path);
    edited.random.edit(1 + dice.below(8));
    if (dice.chance(0.5)) await trial.placeForeign();
    await trial.cleanPass('one pass after more edits', origins);
    emulator.behaviour.reset();
    await patient.remove(base, { signal });
    if (keeps) await patient.remove(TRASH, { signal }).catch(() => undefined);
  } catch (error) {
    await stage.clear();
    throw error;
  } finally {
    stage.onRequest = undefined;
    emulator.faults.set({});
    await patient.close();
    await impatient.close();
  }
}

const textContent = (text: string) => ({ size: Buffer.byteLength(text), bytes: Buffer.from(text) });

interface TrialParts {
  readonly planned: TrialPlan;
  readonly stage: TrialStage;
  /** The folder that is this trial's alone; the target lies in it. */
  readonly base: string;
  readonly root: string;
  readonly edited: TrialSource;
  readonly engine: Engine;
  readonly patient: Destination;
  readonly dice: Dice;
  readonly toldDice: Dice;
  /** What sends the files, where others than the pass do. */
  readonly queue: TrialQueue | undefined;
}

class Trial {
  /** What others put into the target; each file has a content of its own. */
  readonly others = new Map<string, string>();
  readonly #parts: TrialParts;
  readonly #wrong: string[] = [];
  /** Folders that were asked for, full paths. */
  readonly #asked = new Set<string>();
  #until = 0;
  #happen = (): void => undefined;
  /** Phases of requests until the source changes, and a pass that is told of it hears where. */
  #untilChange = 0;
  #change = (): void => undefined;
  #serial = 0;

  constructor(parts: TrialParts) {
    this.#parts = parts;
    parts.stage.onRequest = (phase, info) => {
      if (--this.#until === 0) this.#happen();
      if (--this.#untilChange === 0) this.#change();
      if (phase === 'received' && info.kind === 'putFolder') this.#asked.add(info.path);
      if (phase === 'committed') this.#seeRemoval(info);
    };
  }

  get source(): Source {
    const { edited, planned } = this.#parts;
    return takingPart(edited.random.tree, planned.leftOut, edited.kind === 'bucket');
  }

  /** Faults during a pass, or its end at a request; then a look at whether anything was lost. */
  async disturbedRound(): Promise<void> {
    const { stage, dice, planned, edited, engine, patient, queue } = this.#parts;
    const { faults } = stage.emulator;
    const before = await this.#foundToKeep();
    const disturbing = dice.chance(0.9) ? randomFaults(dice) : {};
    // a patient client waits for ever where nothing is answered
    faults.set(planned.told ? withoutStalls(disturbing) : disturbing);
    const [signal, draining] = [new AbortController(), new AbortController()];
    const kill = (): void => (dice.chance(0.7) ? signal : draining).abort(new Error('killed'));
    if (dice.chance(0.25)) this.#at(1 + dice.below(50), kill);
    else if (planned.restless) this.#at(1 + dice.below(12), () => edited.random.edit(3));
    const stops = { signal: signal.signal, draining: draining.signal };
    const changed = planned.told ? this.#changes() : undefined;
    await engine.pass({
      ...planned.options,
      ...stops,
      trustLedger: planned.trusting,
      changed,
      transfers: queue?.disturbed(),
      // a file whose client gave up on it, and that the source lost meanwhile, would count as one of others
      ...(planned.told && { destination: patient }),
    });
    this.#at(0, () => undefined);
    this.#untilChange = 0;
    faults.set({});
    await queue?.settled();
    // what a client gave up on is still carried out, and must not race with what comes next
    await stage.settled();
    assert.deepEqual(this.#wrong, []);
    await this.#checkContents();
    await this.#checkKept(before, 'a disturbed pass');
    if (dice.chance(0.5)) await this.placeForeign();
    edited.random.edit(dice.below(8));
  }

  /** One pass without faults has to be enough; the next one changes nothing. */
  async cleanPass(which: string, origins: ReadonlyMap<string, FileNode> | undefined): Promise<void> {
    const { planned, engine, patient, stage, root, queue } = this.#parts;
    const options = {
      ...planned.options,
      destination: patient,
      attempts: 4,
      transfers: queue?.undisturbed(),
    };
    engine.events.length = 0;
    const there = await this.#foundToKeep();
    const first = await engine.pass(options);
    await this.#checkKept(there, which);
    assert.deepEqual(this.#wrong, [], which);
    const found = await this.#checkContents();
    await this.#checkEnd(which, first, found, origins);
    if (first.report.failed > 0) return;
    const before = stage.emulator.counters.read().changing;
    const again = await engine.pass(options);
    assert.equal(again.error, undefined, which);
    const changes = stage.emulator.counters.read().changing - before;
    assert.equal(changes, 0, `${which}: the pass after it had nothing to do in ${root} and sent changes`);
    await this.#checkLedger(which);
  }

  async placeForeign(): Promise<void> {
    const { stage, patient, dice, planned } = this.#parts;
    const { signal } = new AbortController();
    const there = await this.#found();
    const isHidden = (path: string): boolean => path.includes('.stagesync-');
    const folders = ['', ...[...there.keys()].filter((path) => path.endsWith('/') && !isHidden(path))];
    if ((await patient.listFolder(patient.root, { signal })) === undefined) return;
    const name = `${dice.pick(folders)}${dice.pick(['foreign', 'foreign', 'k.log', 'b', 'a'])}`;
    const path = dice.chance(0.5) ? name : dice.pick(PLACES);
    const parent = path.slice(0, path.lastIndexOf('/') + 1);
    const occupied = there.has(`${path}/`) || (parent !== '' && !there.has(parent));
    // a pass that takes the ledger's word does not see what became of one of our own files
    if (occupied || (there.has(path) && planned.trusting)) return;
    if (dice.chance(0.2) && !there.has(path)) {
      // nothing tells it from one that a run asked for, and of which no answer came
      if (this.#asked.has(`${patient.root}${path}/`)) return;
      await patient.makeFolder(`${patient.root}${path}/`, { signal });
      this.others.set(`${path}/`, '');
      return;
    }
    const content = `${FOREIGN} ${++this.#serial}`;
    const { putOverExisting } = stage.emulator.behaviour.current;
    stage.emulator.behaviour.set({ putOverExisting: 'overwrite' });
    await patient.put(patient.root + path, textContent(content), { signal });
    stage.emulator.behaviour.set({ putOverExisting });
    this.others.set(path, content);
  }

  /** At the nth phase of a request from now on: the source changes, or the run is killed. */
  #at(nth: number, happen: () => void): void {
    this.#until = nth;
    this.#happen = happen;
  }

  /** The source changes now and then from now on; a pass hears where from the folders that are returned. */
  #changes(): ChangedFolders {
    const { edited, toldDice } = this.#parts;
    const changed = new ChangedFolders();
    this.#change = () => {
      if (toldDice.chance(0.7)) edited.random.rewrite();
      else edited.random.edit(1 + toldDice.below(3));
      changed.add(edited.random.dirty);
      edited.random.dirty.clear();
      this.#untilChange = 1 + toldDice.below(25);
    };
    this.#untilChange = 1 + toldDice.below(25);
    return changed;
  }

  /** Nothing that the source has may go, and nothing outside the target. */
  #seeRemoval({ kind, path }: RequestInfo): void {
    const { root, planned } = this.#parts;
    if (kind !== 'remove' || path.includes('.stagesync-')) return;
    if (!isWithin(path, root)) {
      this.#wrong.push(`removed outside the target: ${path}`);
      return;
    }
    const gone = path.slice(root.length);
    const files = [...this.source.files.keys()];
    const wanted = files.filter((file) => file === gone || (gone.endsWith('/') && isWithin(file, gone)));
    // what comes back after it was planned to go is for the next pass
    if (wanted.length > 0 && !planned.restless && !planned.told)
      this.#wrong.push(`removed ${gone}, and the source has ${wanted.join(', ')}`);
  }

  /** With a trash: whatever was in the target before a pass is in it or in the trash after it, however the pass ended. */
  async #checkKept(before: ReadonlyMap<string, string>, which: string): Promise<void> {
    const { stage, planned } = this.#parts;
    if (planned.options.keepRemovedMs === undefined) return;
    // what was on its way when a run ended waits under a hidden name
    const now = new Set((await stage.contents('')).values());
    for (const [path, content] of before)
      if (content !== '' && !path.includes('.stagesync-') && !now.has(content))
        assert.fail(
          `${which}: what was at ${path} is neither there nor in the trash: ${content.slice(0, 80)}`,
        );
  }

  /** What is in the target, where nothing of it may be lost. */
  async #foundToKeep(): Promise<Map<string, string>> {
    return this.#parts.planned.options.keepRemovedMs === undefined ? new Map() : this.#found();
  }

  /** What is in the target. */
  async #found(): Promise<Map<string, string>> {
    const { stage, root } = this.#parts;
    const found = new Map<string, string>();
    for (const [path, content] of await stage.contents(root)) found.set(path.slice(root.length), content);
    return found;
  }

  /**
   * Whatever a pass met, Stage shows whole files only, and what others put there is somewhere still, unless it was
   * ours to overwrite or a mirror's to remove.
   */
  async #checkContents(): Promise<Map<string, string>> {
    const { stage, base, root, edited, planned } = this.#parts;
    const everything = await stage.contents(base);
    assert.equal(everything.get(`${base}beside`), FOREIGN);
    for (const [path, content] of everything) {
      if (path.endsWith('/') || edited.random.contents.has(content) || content.startsWith(FOREIGN)) continue;
      if (path === `${root}${planned.options.marker}` && content === '') continue;
      assert.fail(`${path} holds what no version of the source held (${content.length} characters)`);
    }
    const contents = new Set(everything.values());
    for (const [path, content] of this.others) {
      if (path.endsWith('/') || contents.has(content)) continue;
      const mirrored = planned.options.removal === 'everything' && !planned.leftOut.has(path);
      const overwritten = edited.random.paths.has(path) && !planned.leftOut.has(path);
      if (mirrored || overwritten) this.others.delete(path);
      else assert.fail(`of others: ${path} is nowhere any more`);
    }
    return this.#found();
  }

  async #checkEnd(
    which: string,
    { error, report }: PassResult,
    found: Sight,
    origins: ReadonlyMap<string, FileNode> | undefined,
  ): Promise<void> {
    const { planned, stage, engine, base } = this.#parts;
    const { options, leftOut } = planned;
    const trouble = JSON.stringify(engine.events.filter(isTrouble).slice(-3));
    assert.equal(error, undefined, `${which} ${trouble}`);
    const { source } = this;
    // what the source has under the same name is overwritten
    for (const path of this.others.keys()) if (source.files.has(path)) this.others.delete(path);
    const wrongs = judge(found, {
      ...options,
      source,
      leftOut,
      others: this.others,
      listed: true,
      origins,
      failed: report.failed,
      besides: [
        '_done',
        ...[...this.others.keys()].filter((path) => options.removal !== 'everything' && path.endsWith('/')),
      ],
    });
    assert.deepEqual(wrongs, [], `${which} ${report.failed > 0 ? trouble : ''}`);
    for (const path of this.others.keys()) if (!found.has(path)) this.others.delete(path);
    const hidden = [...(await stage.contents(base)).keys()].filter((path) => path.includes('.stagesync-'));
    // what could not be published waits for the next run
    if (report.failed === 0 || options.atomic !== true)
      assert.deepEqual(hidden, [], `${which}: temporary names are left`);
  }

  /** The ledger says of every file what Stage says of it. */
  async #checkLedger(which: string): Promise<void> {
    const { engine, edited, planned, patient, root } = this.#parts;
    const { signal } = new AbortController();
    const { files } = this.source;
    const ledger = openLedger({
      folder: engine.folder,
      source: edited.source.label,
      destination: patient.label,
      command: 'check',
      pid: process.pid,
    });
    try {
      assert.deepEqual(ledger.intents(), [], `${which}: intents are left`);
      // without removals the ledger also remembers what stays on Stage; so it does of what others changed
      const rows = [...ledger.rows()]
        .flat()
        .filter(({ path }) => !path.endsWith('/') && (files.has(path) || planned.options.removal !== 'none'));
      const ours = rows.filter(({ path }) => !this.others.has(path));
      assert.deepEqual(
        ours.map(({ path }) => path).sort(),
        [...files.keys()].sort(),
        `${which}: rows of the ledger`,
      );
      for (const row of ours) {
        const shown = await patient.stat(root + row.path, { signal });
        assert.equal(row.pending, false, `${which}: ${row.path} was never confirmed`);
        assert.equal(row.size, shown?.size, `${which}: ${row.path}`);
        assert.ok(
          sameTime(row.shownModifiedMs, shown?.modifiedMs),
          `${which}: ${row.path}: its time on Stage, ${row.shownModifiedMs} instead of ${shown?.modifiedMs}`,
        );
      }
    } finally {
      ledger.close();
    }
  }
}

const withoutStalls = ({ rules = [], ...others }: Faults): Faults => ({
  ...others,
  rules: rules.filter(({ fault }) => fault !== 'stall'),
});

const isTrouble = (event: SyncEvent): boolean =>
  event.type === 'problem' || (event.type === 'action' && event.outcome !== 'done');

/** A file that arrived twice, because its client gave up on the first, may have been confirmed in between. */
const sameTime = (a: number | undefined, b: number | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Math.abs(a - b) < 1000);
