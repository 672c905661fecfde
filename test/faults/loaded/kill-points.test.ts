import { expect, test } from 'vitest';
import { LoadKillTrial, type LoadKillMode, type LoadKillPoint } from '../../support/load/load-kill-trial.ts';

const ALL = process.env['STAGESYNC_KILL_POINTS'] === 'all';

/** Where most of what may go wrong does; all steps there are with STAGESYNC_KILL_POINTS=all. */
const NAMED: readonly LoadKillPoint[] = [
  { at: 'committed', what: 'upload' },
  { at: 'committed', what: 'drop' },
  { at: 'committed', what: 'remove' },
];

const MODES: readonly LoadKillMode[] = ALL
  ? (['drop-file', 'new-name'] as const).flatMap((reload) =>
      (['remove', 'keep'] as const).flatMap((afterLoad) =>
        [true, false].map((hasKey) => ({ reload, afterLoad, hasKey })),
      ),
    )
  : [{ reload: 'drop-file', afterLoad: 'remove', hasKey: true }];

/** Cases mostly wait for the views. */
const AT_ONCE = 3;

test.each(MODES)(
  'killed between upload and DROP FILE, or between loaded and removed, the runs after it end with each row once: %j',
  async (mode) => {
    await using trial = await LoadKillTrial.open(mode);
    const points = ALL ? await everyPoint(trial) : NAMED;
    const queue = points.values();
    const failed: string[] = [];
    let killed = 0;
    const lane = async (): Promise<void> => {
      for (const point of queue)
        try {
          if ((await trial.run(point)).killed) killed++;
        } catch (error) {
          failed.push(
            `${JSON.stringify(point)}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
          );
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    if (ALL) console.log(`${JSON.stringify(mode)}: ${killed} kills`);
    expect(failed).toEqual([]);
    // the numbers of the last steps depend on what runs at the same time
    expect(killed).toBeGreaterThanOrEqual(ALL ? Math.floor(points.length * 0.8) : points.length);
  },
  ALL ? 0 : 120_000,
);

async function everyPoint(trial: LoadKillTrial): Promise<LoadKillPoint[]> {
  const { phases, statements } = await trial.run();
  const all: LoadKillPoint[] = [];
  for (let nth = 1; nth <= phases; nth++) all.push({ at: 'phase', nth });
  for (let nth = 1; nth <= statements; nth++) all.push({ at: 'before', nth });
  return all;
}
