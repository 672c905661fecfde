import { expect, test } from 'vitest';
import { createDice } from '../support/trees/dice.ts';
import { CONCURRENCY, runKillCase } from '../support/faults/kill-case.ts';
import type { KillMode, KillOutcome, KillPoint } from '../support/faults/kill-case.ts';
import { trialStage } from '../support/stage/trial-stage.ts';
import type { TrialStage } from '../support/stage/trial-stage.ts';

const MODES: readonly KillMode[] = [
  { name: 'files replaced in place', flags: [], behaviour: {}, inFlight: 0 },
  {
    name: 'a Stage that refuses to overwrite',
    flags: [],
    behaviour: { putOverExisting: 409, moveOverExisting: 409 },
    inFlight: 2 * CONCURRENCY,
  },
  { name: 'atomic, moves that refuse', flags: ['--atomic'], behaviour: {}, inFlight: 2 * CONCURRENCY },
  {
    name: 'atomic, moves that replace',
    flags: ['--atomic'],
    behaviour: { moveOverExisting: 'overwrite' },
    inFlight: 2 * CONCURRENCY,
  },
  {
    name: 'what is removed or replaced is kept',
    flags: ['--keep-removed', '7d'],
    behaviour: { moveOverExisting: 'overwrite' },
    inFlight: 2 * CONCURRENCY,
    points: 5,
  },
  {
    name: 'a set, and what it replaces is kept',
    flags: ['--atomic', '--publish-set', '--keep-removed', '7d'],
    behaviour: { moveOverExisting: 'overwrite' },
    inFlight: Infinity,
    points: 5,
  },
  {
    name: 'a set with a marker',
    flags: ['--atomic', '--publish-set', '--marker', '_done'],
    behaviour: { moveOverExisting: 'overwrite' },
    inFlight: Infinity,
  },
];

/** Kill points of a mode that says no other number; all of them with STAGESYNC_KILL_POINTS=all. */
const POINTS = 11;
const ALL = process.env['STAGESYNC_KILL_POINTS'] === 'all';

const pointsOf = ({ points = POINTS }: KillMode): number => (ALL ? Infinity : points);

/** Evenly chosen from every phase of every changing request, moments between them, and every statement. */
function choosePoints({ phases, statements }: KillOutcome, most: number): KillPoint[] {
  const dice = createDice(phases);
  const all: KillPoint[] = [];
  for (let nth = 1; nth <= phases; nth++) {
    all.push({ at: 'received', nth });
    if (nth % 3 === 0) all.push({ at: 'meanwhile', nth, delayMs: dice.below(6) });
  }
  for (let nth = 1; nth <= statements; nth += 2) all.push({ at: 'before', nth }, { at: 'after', nth });
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(all.length, most) }, (_, i) => all[Math.floor(i * step)]!);
}

async function killEverywhere(
  mode: KillMode,
  stages: readonly TrialStage[],
): Promise<{ killed: number; failed: string[] }> {
  const whole = await runKillCase(stages[0]!, mode, undefined, 0);
  const points = choosePoints(whole, pointsOf(mode)).entries();
  const failed: string[] = [];
  let killed = 0;
  await Promise.all(
    stages.map(async (stage) => {
      for (const [serial, point] of points) {
        try {
          if ((await runKillCase(stage, mode, point, serial + 1)).killed) killed++;
        } catch (error) {
          failed.push(
            `${JSON.stringify(point)}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
          );
        }
      }
    }),
  );
  return { killed, failed };
}

test.each(MODES)(
  'killed at any step, the next run puts everything right and repeats at most what was in flight: $name',
  async (mode) => {
    await using first = await trialStage();
    await using second = await trialStage();
    const { killed, failed } = await killEverywhere(mode, [first, second]);
    console.log(`${mode.name}: ${killed} kills`);
    expect(failed).toEqual([]);
    // a process may end before the last of them comes
    expect(killed).toBeGreaterThanOrEqual(ALL ? 40 : pointsOf(mode) - (pointsOf(mode) === POINTS ? 2 : 0));
  },
  300_000,
);
