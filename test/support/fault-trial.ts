import assert from 'node:assert/strict';
import type { RequestInfo } from '../../src/emulator/options.ts';
import type { SyncEvent } from '../../src/model/events.ts';
import { foldersOf, isWithin } from '../../src/model/path.ts';
import type { Destination } from '../../src/model/ports.ts';
import { openLedger } from '../../src/sync/ledger/open-ledger.ts';
import type { PassOptions, PassResult } from '../../src/sync/options.ts';
import { createDice } from './dice.ts';
import type { Dice } from './dice.ts';
import { createEditedSource } from './edited-source.ts';
import type { EditedSource } from './edited-source.ts';
import { createEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import { IMPATIENT_MS, randomBehaviour, randomFaults } from './random-faults.ts';
import type { TrialStage } from './trial-stage.ts';

const FOREIGN = "somebody else's";

/** What one seed stands for, for a message that lets a person see the case. */
export interface TrialPlan {
  readonly seed: number;
  readonly options: Partial<PassOptions>;
  readonly rounds: number;
  /** The source also changes while a pass runs. */
  readonly restless: boolean;
}

function plan(seed: number, dice: Dice): TrialPlan {
  const atomic = dice.chance(0.35);
  return {
    seed,
    rounds: 1 + dice.below(3),
    restless: dice.chance(0.3),
    options: {
      removal: dice.pick(['none', 'ours', 'ours', 'everything'] as const),
      atomic,
      publishSet: atomic && dice.chance(0.4),
      moves: dice.chance(0.85),
      concurrency: dice.pick([1, 2, 4, 8]),
      attempts: dice.pick([1, 2, 4, 6]),
      force: new Set(['empty-source'] as const),
    },
  };
}

/**
 * One run of the whole tool, chosen by its seed: a random tree, edits, a Stage of random manners, faults during some
 * passes; then two passes without faults. Throws where anything was lost, and on anything left behind.
 */
export async function runTrial(seed: number, stage: TrialStage): Promise<void> {
  const dice = createDice(seed);
  const { options, rounds, restless } = plan(seed, dice);
  const { emulator } = stage;
  const base = `t${seed}/`;
  const root = `${base}${dice.pick(['target/', 'deep/er/'])}`;
  const edited = createEditedSource(dice, `memory:${seed}`);
  emulator.faults.set({});
  emulator.behaviour.reset();
  emulator.behaviour.set(randomBehaviour(dice));
  const { signal } = new AbortController();
  const patient = await stage.open(root, undefined, options.concurrency);
  const impatient = await stage.open(
    root,
    { headers: IMPATIENT_MS, idle: IMPATIENT_MS },
    options.concurrency,
  );
  await patient.makeFolder(base, { signal });
  await patient.put(`${base}beside`, textContent(FOREIGN), { signal });
  using engine = createEngine(edited.source, impatient);
  const watched = watchRemovals(stage, root, edited, options.removal === 'everything', restless);
  const foreign = new Set<string>();
  try {
    edited.edit(4 + dice.below(14));
    for (let round = 0; round < rounds; round++) {
      emulator.faults.set(dice.chance(0.9) ? randomFaults(dice) : {});
      if (restless) watched.editAt(1 + dice.below(12), () => edited.edit(3));
      await engine.pass(options);
      watched.editAt(0, () => undefined);
      emulator.faults.set({});
      // what a client gave up on is still carried out, and must not race with what comes next
      await stage.settled();
      watched.check();
      await checkWholeVersions(stage, root, edited);
      if (dice.chance(0.5)) await placeForeign(stage, patient, dice, foreign);
      edited.edit(dice.below(8));
    }
    const clean = { ...options, destination: patient, attempts: 4 };
    const first = await engine.pass(clean);
    const second = await engine.pass(clean);
    watched.check();
    const before = emulator.counters.read().changing;
    const third = await engine.pass(clean);
    await checkEnd({
      stage,
      base,
      root,
      edited,
      options,
      foreign,
      engine,
      patient,
      passes: [first, second, third],
    });
    assert.equal(emulator.counters.read().changing - before, 0, 'a pass with nothing to do sent a change');
    await patient.remove(base, { signal });
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

/** Sees every removal that Stage carries out: nothing that the source has may go. */
function watchRemovals(
  stage: TrialStage,
  root: string,
  edited: EditedSource,
  mirror: boolean,
  restless: boolean,
) {
  const wrong: string[] = [];
  let until = 0;
  let change = (): void => undefined;
  stage.onRequest = (phase, { kind, path }: RequestInfo) => {
    if (--until === 0) change();
    if (phase !== 'committed' || kind !== 'remove' || path.includes('.stagesync-')) return;
    if (!isWithin(path, root)) {
      wrong.push(`removed outside the target: ${path}`);
      return;
    }
    const gone = path.slice(root.length);
    const wanted = path.endsWith('/')
      ? [...edited.files.keys()].filter((file) => isWithin(file, gone))
      : [...edited.files.keys()].filter((file) => file === gone);
    // what comes back after it was planned to go is for the next pass
    if (wanted.length > 0 && !restless)
      wrong.push(`removed ${gone}, and the source has ${wanted.join(', ')}`);
    if (gone.includes('foreign') && !mirror) wrong.push(`removed a foreign file: ${gone}`);
  };
  return {
    check: () => assert.deepEqual(wrong, []),
    /** The source changes at the nth phase of a request from now on. */
    editAt(nth: number, edit: () => void) {
      until = nth;
      change = edit;
    },
  };
}

/** Whatever a pass met, Stage shows whole files only, under names of the target or hidden ones. */
async function checkWholeVersions(stage: TrialStage, root: string, edited: EditedSource): Promise<void> {
  for (const [path, content] of await stage.contents(root)) {
    if (path.endsWith('/') || content === FOREIGN || edited.contents.has(content)) continue;
    assert.fail(`${path} holds what no version of the source held (${content.length} characters)`);
  }
}

async function placeForeign(
  stage: TrialStage,
  patient: Destination,
  dice: Dice,
  foreign: Set<string>,
): Promise<void> {
  const { signal } = new AbortController();
  const folders = [...(await stage.contents(patient.root)).keys()].filter(
    (path) => path.endsWith('/') && !path.includes('.stagesync-'),
  );
  if (folders.length === 0) return;
  const path = `${dice.pick(folders)}foreign-${foreign.size}`;
  await patient.put(path, textContent(FOREIGN), { signal });
  foreign.add(path.slice(patient.root.length));
}

interface End {
  readonly stage: TrialStage;
  readonly base: string;
  readonly root: string;
  readonly edited: EditedSource;
  readonly options: Partial<PassOptions>;
  readonly foreign: ReadonlySet<string>;
  readonly engine: Engine;
  readonly patient: Destination;
  readonly passes: readonly [PassResult, PassResult, PassResult];
}

async function checkEnd(end: End): Promise<void> {
  const { stage, base, root, edited, options, foreign, engine, passes } = end;
  const everything = await stage.contents('');
  const hidden = [...everything.keys()].filter((path) => path.includes('.stagesync-'));
  assert.deepEqual(hidden, [], 'temporary names are left');
  assert.equal(everything.get(`${base}beside`), FOREIGN);
  const found = new Map<string, string>();
  for (const [path, content] of everything)
    if (isWithin(path, root) && path !== root) found.set(path.slice(root.length), content);

  // without removals a file stays where the source now has a folder, and the reverse: a conflict for a person
  const conflict =
    options.removal === 'none' &&
    [...found.keys()].some((path) =>
      path.endsWith('/')
        ? edited.files.has(path.slice(0, -1))
        : edited.folders.has(`${path}/`) ||
          foldersOf(path).some((each) => edited.files.has(each.slice(0, -1))),
    );
  if (conflict) return;
  for (const { error, report } of passes) {
    assert.equal(error, undefined);
    assert.equal(report.failed, 0, JSON.stringify(engine.events.filter(isTrouble).slice(-3)));
  }
  for (const [path, content] of edited.files) assert.equal(short(found.get(path)), short(content), path);
  for (const folder of edited.folders) assert.ok(found.has(folder), `${folder} is missing`);
  for (const path of foreign)
    if (options.removal !== 'everything') assert.equal(found.get(path), FOREIGN, `foreign ${path}`);
  if (options.removal !== 'none') {
    const wanted = new Set(edited.files.keys());
    if (options.removal === 'ours') for (const path of foreign) wanted.add(path);
    const files = [...found.keys()].filter((path) => !path.endsWith('/'));
    assert.deepEqual(files.sort(), [...wanted].sort());
  }
  await checkLedger(end);
}

const isTrouble = (event: SyncEvent): boolean =>
  event.type === 'problem' || (event.type === 'action' && event.outcome !== 'done');

const short = (text: string | undefined): string | undefined =>
  text !== undefined && text.length > 100 ? `${text.slice(0, 20)}…${text.length}` : text;

/** A file that arrived twice, because its client gave up on the first, may have been confirmed in between. */
const sameTime = (a: number | undefined, b: number | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Math.abs(a - b) < 1000);

/** The ledger says of every file what Stage says of it. */
async function checkLedger({ engine, edited, options, patient, root }: End): Promise<void> {
  const { signal } = new AbortController();
  const ledger = openLedger({
    folder: engine.folder,
    source: edited.source.label,
    destination: patient.label,
    command: 'check',
    pid: process.pid,
  });
  try {
    assert.deepEqual(ledger.intents(), [], 'intents are left');
    const rows = [...ledger.rows()].flat();
    // without removals the ledger also remembers what stays on Stage
    const files = rows.filter(
      ({ path }) => !path.endsWith('/') && (options.removal !== 'none' || edited.files.has(path)),
    );
    assert.deepEqual(
      files.map(({ path }) => path).sort(),
      [...edited.files.keys()].sort(),
      'rows of the ledger',
    );
    for (const row of files) {
      const shown = await patient.stat(root + row.path, { signal });
      assert.equal(row.pending, false, `${row.path} was never confirmed`);
      assert.equal(row.size, shown?.size, row.path);
      assert.ok(sameTime(row.stageModifiedMs, shown?.modifiedMs), `${row.path}: its time on Stage`);
    }
  } finally {
    ledger.close();
  }
}
