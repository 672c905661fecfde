import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, single } from '../bench.ts';
import type { Bench, Benchmark, Check, Outcome } from '../bench.ts';
import { checkArrived } from '../fixture/arrived.ts';
import { makeTree } from '../fixture/trees.ts';
import { spreadOf } from '../measure/statistics.ts';
import { freshState, reported, syncRun } from './tool-runs.ts';

const CONCURRENCY = 16;
/** Files whose intents share a commit: what a kill can leave in doubt beside what is in flight. */
const BATCH = 64;

/** What counts is calls, not time: a renamed folder is one, and a killed run does not start again. */
export const fewCalls: Benchmark = {
  row: 13,
  name: 'few-calls',
  async run(bench: Bench): Promise<Outcome> {
    const checks = [...(await renamedFolder(bench)), ...(await killed(bench))];
    return {
      work: `a folder of ${bench.quick ? '500' : '10,000'} files renamed; a first run of ${bench.quick ? '2,000' : '100,000'} files killed in the middle and run again`,
      contestants: [],
      checks,
      notes: [
        `Concurrency ${CONCURRENCY}; a batch is ${BATCH} files. The run is killed with SIGKILL when half of the files have begun to arrive; "looks" are metadata calls for paths in doubt.`,
      ],
      leftOut: [],
    };
  },
};

async function renamedFolder(bench: Bench): Promise<Check[]> {
  const tree = makeTree(bench.folder, { folders: 1, files: bench.quick ? 500 : 10_000, bytes: 64 });
  const source = join(bench.folder, 'renamed');
  rmSync(source, { recursive: true, force: true });
  cpSync(tree.root, source, { recursive: true, preserveTimestamps: true });
  const state = freshState(bench);
  const args = ['--json', '--delete', '--concurrency', String(CONCURRENCY)];
  await bench.sink.reset({ hash: true });
  await syncRun(bench, source, 'in/', args, { state });
  renameSync(join(source, 'd00000'), join(source, 'renamed'));
  await bench.sink.reset({ hash: true }, true);
  const second = await syncRun(bench, source, 'in/', args, { state });
  const seen = await bench.sink.report();
  const expected = new Map(
    [...tree.digests].map(([path, digest]) => [path.replace('d00000/', 'renamed/'), digest]),
  );
  checkArrived(seen, 'in/', expected, 64);
  bench.say(`  renamed: ${JSON.stringify(seen.requests)}, ${(second.wallMs / 1000).toFixed(2)} s`);
  const { requests } = seen;
  return [
    atMost('renamed folder: PATCH calls', single(requests.PATCH), 1),
    atMost('renamed folder: other changing calls', single(requests.PUT + requests.DELETE), 0),
  ];
}

async function killed(bench: Bench): Promise<Check[]> {
  const tree = makeTree(bench.folder, { folders: bench.quick ? 20 : 1000, files: 100, bytes: 16 });
  const files = tree.digests.size;
  const repeated: number[] = [];
  const looks: number[] = [];
  for (let round = 0; round < bench.pairs; round++) {
    const state = freshState(bench);
    const args = ['--json', '--concurrency', String(CONCURRENCY)];
    await bench.sink.reset({ hash: true, tellAtPut: Math.floor(files / 2) + round * 37 });
    await syncRun(bench, tree.root, 'in/', args, { state, killWhen: bench.sink.told() });
    const before = await bench.sink.report();
    await bench.sink.reset({ hash: true }, true);
    const report = reported(await syncRun(bench, tree.root, 'in/', args, { state }));
    const after = await bench.sink.report();
    checkArrived(after, 'in/', tree.digests, 16);
    repeated.push(after.repeatedPuts);
    looks.push(after.looks);
    bench.say(
      `  killed after ${before.files.length} of ${files}: ${after.repeatedPuts} put again, ${after.looks} looks, ${String(report['uploaded'])} uploaded`,
    );
  }
  return [
    atMost('killed run: files put again', spreadOf(repeated), CONCURRENCY + BATCH),
    { what: 'killed run: looks', value: spreadOf(looks) },
  ];
}
