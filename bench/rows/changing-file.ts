import { hash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, single } from '../bench.ts';
import type { Bench, Benchmark, Outcome } from '../bench.ts';
import { contentOf } from '../fixture/trees.ts';
import { reported, freshState, syncRun } from './tool-runs.ts';

const BYTES = 8 * 1024 * 1024;
/** So slow that the file is still being read long after the first of it has arrived. */
const PACE = '4M';
const NAME = 'large.bin';

/**
 * A file that is written to while it is read: what arrives is one version or the other, and never said to be what it is
 * not. That proof is part of what a file costs in the other rows, so a build without it must not pass them.
 */
export const changingFile: Benchmark = {
  row: 15,
  name: 'changing-file',
  async run(bench: Bench): Promise<Outcome> {
    const source = join(bench.folder, 'changing');
    rmSync(source, { recursive: true, force: true });
    mkdirSync(source, { recursive: true });
    const [before, after] = [contentOf('before', BYTES), contentOf('after', BYTES)];
    writeFileSync(join(source, NAME), before);
    const state = freshState(bench);
    await bench.sink.reset({ hash: true, tellAtByte: BYTES / 4 });
    // in place: a file that is cut first may be found too short, and no proof of its version is needed for that
    const change = bench.sink.told().then(() => writeFileSync(join(source, NAME), after, { flag: 'r+' }));
    const first = await syncRun(bench, source, 'in/', ['--json', '--bwlimit', PACE], { state, allow: [3] });
    await change;
    const claims = reported(first)['outcome'] === 'clean';
    const isNew = await holds(bench, after);
    if (claims && !isNew) throw new Error('wrong result: a mixed or old version is said to be in sync');
    await syncRun(bench, source, 'in/', ['--json'], { state });
    if (!(await holds(bench, after))) throw new Error('wrong result: the second run left another version');
    return {
      work: `a file of 8 MiB that is overwritten while it is sent, at ${PACE} a second`,
      contestants: [],
      checks: [atMost('runs until the new version is there', single(isNew ? 1 : 2), 2)],
      notes: ['The first run must not end as clean with anything but the new version on the Stage.'],
      leftOut: [],
    };
  },
};

async function holds(bench: Bench, content: Buffer): Promise<boolean> {
  const { files } = await bench.sink.report();
  const found = files.find(([path]) => path === `in/${NAME}`);
  return found?.[2] === hash('sha256', content);
}
