import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { run } from '../../measure/child.ts';
import { Contest } from '../../measure/contest.ts';
import type { Contestant } from '../../measure/contest.ts';
import { FILE_BYTES, settle } from '../no-op.ts';

/** A pass over a tree in which nothing changed. */
export const noopLocal: Benchmark = {
  row: 7,
  name: 'noop-local',
  async run(bench: Bench): Promise<Outcome> {
    const shape = { folders: bench.quick ? 50 : 1000, files: 100, bytes: FILE_BYTES };
    const settled = await settle(bench, shape, 'noop-state');
    const { root } = settled.tree;
    const copy = `${root}.copy`;
    if (!existsSync(join(copy, 'd00000'))) cpSync(root, copy, { recursive: true, preserveTimestamps: true });
    const files = shape.folders * shape.files;
    const contestants: Contestant[] = [{ name: 'stagesync', files, run: () => settled.pass() }];
    if (bench.peers.rclone !== undefined)
      contestants.push({ name: 'rclone', files, run: () => run('rclone', ['sync', root, copy]) });
    if (bench.peers.rsync !== undefined)
      contestants.push({
        name: 'rsync',
        files,
        run: () => run('rsync', ['-a', '--delete', `${root}/`, `${copy}/`]),
      });
    if (bench.peers.find !== undefined)
      contestants.push({ name: 'find', files, run: () => run('find', [root, '-printf', '%s %T@ %i\\n']) });
    const contest = await Contest.hold(bench, contestants);
    const checks = [];
    if (contest.has('rclone'))
      checks.push(atMost('time / rclone', contest.timeShare('stagesync', 'rclone'), 0.8));
    for (const name of ['rsync', 'find'])
      if (contest.has(name))
        checks.push({ what: `time / ${name}`, value: contest.timeShare('stagesync', name) });
    return {
      work: `a pass over ${files} local files in ${shape.folders} folders, nothing to do`,
      contestants: contest.standings('seconds'),
      checks,
      notes: [
        'rclone and rsync compare with a copy on the same disk; stagesync with a listing of the Stage, one request a folder. find only prints size and time.',
      ],
      leftOut: ['rclone', 'rsync', 'find'].filter((name) => !contest.has(name)),
    };
  },
};
