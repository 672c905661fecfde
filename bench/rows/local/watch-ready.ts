import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Check, Outcome, Standing } from '../../bench.ts';
import { folderName } from '../../fixture/names.ts';
import { makeTree } from '../../fixture/trees.ts';
import type { TreeShape } from '../../fixture/trees.ts';
import { medianOf, pairedRatio, spreadOf } from '../../measure/statistics.ts';
import { startChokidar, startTool } from '../../watching/watchers.ts';
import type { Watcher } from '../../watching/watchers.ts';
import { freshState, syncRun } from '../tool-runs.ts';

interface Size extends TreeShape {
  readonly burst: number;
  readonly readyS: number;
}

/** The watches alone; then with all that a daemon does. */
const READY_MB = 120;
const PEAK_MB = 200;
const FULL: readonly Size[] = [
  { folders: 1000, files: 100, bytes: 16, burst: 20_000, readyS: 2 },
  { folders: 2000, files: 100, bytes: 16, burst: 20_000, readyS: 4 },
];
const QUICK: readonly Size[] = [{ folders: 50, files: 20, bytes: 16, burst: 500, readyS: 2 }];

/** Rows of the table are medians of these. */
interface Effort {
  readonly readyMs: number;
  readonly watches: number;
  /** Peak when it was ready. */
  readonly memory: number;
  /** Peak after the burst. */
  readonly memoryAfter: number;
  readonly burstMs: number;
  readonly missed: number;
  readonly cpuMs: number;
}

/** Watching a large tree, and a burst of new files; against chokidar as its README shows it. */
export const watchReady: Benchmark = {
  row: 14,
  name: 'watch-ready',
  async run(bench: Bench): Promise<Outcome> {
    const sizes = bench.quick ? QUICK : FULL;
    const standings: Standing[] = [];
    const checks: Check[] = [];
    for (const size of sizes) {
      const { ours, theirs } = await compare(bench, size);
      const files = size.folders * size.files;
      const of = `${files.toLocaleString('en')} files`;
      standings.push(standing(`stagesync watch, ${of}`, ours), standing(`chokidar, ${of}`, theirs));
      const spread = (pick: (effort: Effort) => number) => spreadOf(ours.map(pick));
      checks.push(
        atMost(
          `${of}: ready`,
          spread(({ readyMs }) => readyMs / 1000),
          size.readyS,
          ' s',
        ),
        atMost(
          `${of}: memory when ready`,
          spread(({ memory }) => memory / 1e6),
          READY_MB,
          ' MB',
        ),
        atMost(
          `${of}: peak memory`,
          spread(({ memoryAfter }) => memoryAfter / 1e6),
          PEAK_MB,
          ' MB',
        ),
        atMost(
          `${of}: watches`,
          spread(({ watches }) => watches),
          size.folders + 50,
        ),
        atMost(
          `${of}: of ${size.burst} new files missed`,
          spread(({ missed }) => missed),
          0,
        ),
        {
          what: `${of}: share of chokidar's time to be ready`,
          value: pairedRatio(
            ours.map(({ readyMs }) => readyMs),
            theirs.map(({ readyMs }) => readyMs),
          ),
        },
        {
          what: `${of}: share of chokidar's peak memory`,
          value: pairedRatio(
            ours.map(({ memoryAfter }) => memoryAfter),
            theirs.map(({ memoryAfter }) => memoryAfter),
          ),
        },
        {
          what: `${of}: from the first new file to all of them on the sink`,
          value: spread(({ burstMs }) => burstMs / 1000),
          unit: ' s',
        },
      );
    }
    return {
      work: sizes
        .map(
          ({ folders, files, burst }) =>
            `watch ${folders * files} files in ${folders} folders, then ${burst} new ones`,
        )
        .join('; '),
      contestants: standings,
      checks,
      notes: [
        'From the start of the process until every change is noticed. Ours is the whole daemon: after that it compares everything, Stage listed, and brings the new files over, which is part of its memory; chokidar only counts them.',
        'A file counts as missed when nothing more has come for two minutes.',
      ],
      leftOut: [],
    };
  },
};

const standing = (name: string, efforts: readonly Effort[]): Standing => ({
  name,
  value: spreadOf(efforts.map(({ readyMs }) => readyMs / 1000)),
  unit: 's',
  rssMB: medianOf(efforts.map(({ memoryAfter }) => memoryAfter / 1e6)),
});

async function compare(bench: Bench, size: Size): Promise<{ ours: Effort[]; theirs: Effort[] }> {
  const files = size.folders * size.files;
  const tree = makeTree(bench.folder, size);
  const root = join(bench.folder, `watched-${files}`);
  rmSync(root, { recursive: true, force: true });
  cpSync(tree.root, root, { recursive: true, preserveTimestamps: true });
  const state = freshState(bench, 'watch-state');
  await bench.sink.reset({});
  await syncRun(bench, root, 'in/', ['--json', '--concurrency', '16'], { state });
  const [ours, theirs]: [Effort[], Effort[]] = [[], []];
  for (let round = 0; round < bench.pairs; round++) {
    const before = (await bench.sink.report()).files.length;
    const tool = await effort(await startTool(bench, root, state, before), root, size, `ours-${round}`);
    const peer = await effort(await startChokidar(root), root, size, `theirs-${round}`);
    ours.push(tool);
    theirs.push(peer);
    for (const [name, each] of [
      ['stagesync watch', tool],
      ['chokidar', peer],
    ] as const)
      bench.say(
        `  ${name}, ${files} files: ready in ${(each.readyMs / 1000).toFixed(2)} s, ${Math.round(each.memory / 1e6)} MB, then ${Math.round(each.memoryAfter / 1e6)} MB, ${each.watches} watches, ${each.missed} of ${size.burst} missed, burst ${(each.burstMs / 1000).toFixed(1)} s, CPU ${each.cpuMs} ms`,
      );
  }
  rmSync(root, { recursive: true, force: true });
  return { ours, theirs };
}

const PATIENCE_MS = 120_000;

async function effort(watcher: Watcher, root: string, size: Size, name: string): Promise<Effort> {
  const { readyMs, watches } = watcher;
  const memory = watcher.readyMemory;
  const startedMs = performance.now();
  for (let i = 0; i < size.burst; i++) {
    const place = join(root, folderName(i % size.folders), `${name}-${i}`);
    if (existsSync(place)) throw new Error(`${place} was there already`);
    writeFileSync(place, `new ${i}`);
  }
  let noticed = await watcher.noticed();
  for (let lastMs = performance.now(); noticed < size.burst;) {
    await wait(100);
    const now = await watcher.noticed();
    if (now > noticed) lastMs = performance.now();
    else if (performance.now() - lastMs > PATIENCE_MS) break;
    noticed = now;
  }
  const burstMs = performance.now() - startedMs;
  const end = { memoryAfter: watcher.memory(), cpuMs: watcher.cpuMs() };
  await watcher.stop();
  return { readyMs, watches, memory, ...end, burstMs, missed: size.burst - noticed };
}
