import { atMost, single } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { run } from '../../measure/child.ts';
import { Contest } from '../../measure/contest.ts';
import type { Contestant } from '../../measure/contest.ts';
import { pairedRatio } from '../../measure/statistics.ts';
import { FILE_BYTES, settle } from '../no-op.ts';

/** Whether memory and time per file stay when there are ten times as many files. */
export const noopMillion: Benchmark = {
  row: 8,
  name: 'noop-million',
  async run(bench: Bench): Promise<Outcome> {
    const folders = bench.quick ? 20 : 1000;
    const less = { folders, files: 100, bytes: FILE_BYTES };
    const more = { folders: folders * 10, files: 100, bytes: FILE_BYTES };
    const [few, many] = [less.folders * less.files, more.folders * more.files];
    const small = await settle(bench, less, 'noop-state');
    const large = await settle(bench, more, 'noop-large-state');
    const contestants: Contestant[] = [
      { name: `stagesync, ${few} files`, files: few, run: () => small.pass() },
      { name: `stagesync, ${many} files`, files: many, run: () => large.pass() },
    ];
    if (bench.peers.rclone !== undefined)
      contestants.push({
        name: 'rclone lsf',
        files: many,
        run: () => run('rclone', ['lsf', '-R', '--format', 'pst', large.tree.root]),
      });
    const contest = await Contest.hold(bench, contestants, false);
    const [a, b] = [contestants[0]!.name, contestants[1]!.name];
    const [rssA, rssB] = [contest.memory(a), contest.memory(b)];
    const perFile = (name: string, files: number): number[] =>
      contest.efforts(name).map(({ wallMs }) => (wallMs * 1000) / files);
    const checks = [
      atMost('memory of the larger run', rssB, 160, ' MB'),
      atMost('memory of the larger run - of the smaller', single(rssB.median - rssA.median), 40, ' MB'),
      atMost('time a file, larger / smaller', pairedRatio(perFile(b, many), perFile(a, few)), 1.1),
    ];
    return {
      work: `a pass over ${many} local files in ${more.folders} folders, nothing to do; and over ${few}`,
      contestants: contest.standings('seconds'),
      checks,
      notes: ['rclone lsf -R only lists, with size and time; its memory is the comparison.'],
      leftOut: contest.has('rclone lsf') ? [] : ['rclone'],
    };
  },
};
