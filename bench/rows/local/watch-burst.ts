import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { folderName } from '../../fixture/names.ts';
import { makeTree } from '../../fixture/trees.ts';
import { checkRecorded } from '../../fixture/work-done.ts';
import { ledgerFacts } from '../../measure/ledger-facts.ts';
import { pairedRatio, spreadOf } from '../../measure/statistics.ts';
import { startTool } from '../../watching/watchers.ts';
import { freshState, syncRun } from '../tool-runs.ts';

/** Folders that get the new files, in every tree. */
const CHANGED = 200;
const FILES_A_FOLDER = 5;

/** What one burst took in a tree of one size. */
interface Effort {
  readonly ms: number;
  /** Processor time of the watch, from the first new file until all are confirmed. */
  readonly cpuMs: number;
}

/** A watch gets many new files in a few folders of a small and of a large tree: the folders that do not change cost nothing. */
export const watchBurst: Benchmark = {
  row: 28,
  name: 'watch-burst',
  async run(bench: Bench): Promise<Outcome> {
    const sizes = bench.quick ? [CHANGED, 2 * CHANGED] : [500, 2000];
    const burst = bench.quick ? 400 : 10_000;
    const efforts = new Map<number, Effort[]>(sizes.map((folders) => [folders, []]));
    for (let time = 0; time < bench.pairs; time++)
      for (const folders of sizes) {
        const effort = await burstIn(bench, folders, burst);
        efforts.get(folders)!.push(effort);
        bench.say(`  ${folders} folders: ${(effort.ms / 1000).toFixed(1)} s, CPU ${effort.cpuMs} ms`);
      }
    const [small = [], large = []] = sizes.map((folders) => efforts.get(folders)!);
    const ratio = (pick: (effort: Effort) => number) => pairedRatio(large.map(pick), small.map(pick));
    return {
      work: `a watch, ${burst} new files in ${CHANGED} folders of a tree of ${sizes.join(' and of ')} folders`,
      contestants: sizes.map((folders) => ({
        name: `stagesync watch, ${folders} folders`,
        value: spreadOf(efforts.get(folders)!.map(({ ms }) => ms / 1000)),
        unit: 's',
      })),
      checks: [
        atMost(
          `time in ${sizes[1]} folders / in ${sizes[0]}`,
          ratio(({ ms }) => ms),
          1.15,
        ),
        atMost(
          `processor time in ${sizes[1]} folders / in ${sizes[0]}`,
          ratio(({ cpuMs }) => cpuMs),
          1.15,
        ),
      ],
      notes: [
        'Every file arrives and is confirmed in the end. The first comparison of everything is over before.',
      ],
      leftOut: [],
    };
  },
};

async function burstIn(bench: Bench, folders: number, burst: number): Promise<Effort> {
  const tree = makeTree(bench.folder, { folders, files: FILES_A_FOLDER, bytes: 16 });
  const source = join(bench.folder, `burst-${folders}`);
  rmSync(source, { recursive: true, force: true });
  cpSync(tree.root, source, { recursive: true, preserveTimestamps: true });
  const state = freshState(bench, 'burst-state');
  await bench.sink.reset({});
  await syncRun(bench, source, 'in/', ['--json'], { state });
  const watcher = await startTool(bench, source, state, tree.extent.files);
  const [startedMs, startedCpuMs] = [performance.now(), watcher.cpuMs()];
  for (let at = 0; at < burst; at++)
    writeFileSync(join(source, folderName(at % CHANGED), `new-${at}`), `new ${at}`);
  while ((await watcher.noticed()) < burst) await wait(100);
  const ms = performance.now() - startedMs;
  for (;;) {
    const { pending, intents } = ledgerFacts(state);
    if (pending + intents === 0) break;
    await wait(100);
  }
  const cpuMs = watcher.cpuMs() - startedCpuMs;
  await watcher.stop();
  checkRecorded(state, tree.extent.files + burst);
  rmSync(source, { recursive: true, force: true });
  return { ms, cpuMs };
}
