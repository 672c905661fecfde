import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { fileName, folderName } from '../../fixture/names.ts';
import { makeTree } from '../../fixture/trees.ts';
import { checkRecorded } from '../../fixture/work-done.ts';
import { ledgerFacts } from '../../measure/ledger-facts.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { startTool } from '../../watching/watchers.ts';
import { FILE_BYTES } from '../no-op.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { answersAt, paceOf } from './stage-at-its-pace.ts';

const EDITED = join(folderName(7), fileName(3));

/** A watch brings many new files over, and somebody saves one that was there. */
export const paceUrgentEdit: Benchmark = {
  row: 21,
  name: 'pace-urgent-edit',
  async run(bench: Bench): Promise<Outcome> {
    const pace = paceOf(bench);
    const burst = bench.quick ? 400 : 10_000;
    const shape = { folders: 20, files: 10, bytes: FILE_BYTES };
    const tree = makeTree(bench.folder, shape);
    const [urgent, all]: [number[], number[]] = [[], []];
    for (let time = 0; time < bench.pairs; time++) {
      const source = join(bench.folder, 'urgent-edit');
      rmSync(source, { recursive: true, force: true });
      cpSync(tree.root, source, { recursive: true, preserveTimestamps: true });
      const state = freshState(bench);
      await bench.sink.reset({});
      await syncRun(bench, source, 'in/', [], { state });
      await bench.sink.reset({ ...answersAt(pace), atOnce: 256, tellAtPath: `in/${EDITED}` }, true);
      const told = bench.sink.told();
      const watcher = await startTool(bench, source, state, tree.extent.files);
      const startedMs = performance.now();
      for (let at = 0; at < burst; at++)
        writeFileSync(join(source, folderName(at % 20), `new-${at}`), `new ${at}`);
      // far enough for the new files to be under way, and far from their end
      while ((await watcher.noticed()) < burst / 20) await wait(50);
      const editedMs = performance.timeOrigin + performance.now();
      writeFileSync(join(source, EDITED), 'edited while others are under way');
      const beforeEnd = await Promise.race([told, allNoticed(watcher, burst).then(() => undefined)]);
      if (beforeEnd === undefined) bench.say('  the edit waited for all new files');
      const sentMs = beforeEnd ?? (await told);
      urgent.push((sentMs - editedMs) / 1000);
      await allNoticed(watcher, burst);
      all.push((performance.now() - startedMs) / 1000);
      await confirmed(state);
      await watcher.stop();
      checkRecorded(state, tree.extent.files + burst);
      bench.say(
        `  edit on its way after ${urgent.at(-1)!.toFixed(2)} s, all after ${all.at(-1)!.toFixed(1)} s`,
      );
    }
    return {
      work: `a watch, ${burst} new files under way, one edit of another file`,
      contestants: [{ name: 'stagesync watch, all new files', value: spreadOf(all), unit: 's' }],
      checks: [atMost('from the edit to its PUT', spreadOf(urgent), 3, ' s')],
      notes: [
        'A second of it is the time that the watch gives a file to settle. Every file arrives and is confirmed in the end.',
      ],
      leftOut: [],
    };
  },
};

/** The watch has written down all that it did. When it never does, the check that follows says so. */
async function confirmed(state: string): Promise<void> {
  for (let looks = 0; looks < 300; looks++) {
    const { pending, intents } = ledgerFacts(state);
    if (pending + intents === 0) return;
    await wait(100);
  }
}

async function allNoticed(watcher: { noticed(): Promise<number> }, burst: number): Promise<void> {
  while ((await watcher.noticed()) < burst) await wait(100);
}
