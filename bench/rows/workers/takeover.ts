import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Check, Outcome } from '../../bench.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { HAS_REDIS, WITHOUT_REDIS } from './broker.ts';
import { killLeaders } from './killed-leader.ts';
import { killWorkers } from './killed-worker.ts';

const PUT_MS = 500;
/** A kill may fall anywhere between two renewals: a median of few would be that of some moments. */
const LEAST_KILLS = 5;

const seconds = (ms: readonly number[]) => spreadOf(ms.map((each) => each / 1000));

/** How long it takes until somebody else has the work of a process that was killed. */
export const takeover: Benchmark = {
  row: 37,
  name: 'takeover',
  async run(bench: Bench): Promise<Outcome> {
    if (!HAS_REDIS) return WITHOUT_REDIS;
    const kills = bench.quick ? 1 : Math.max(LEAST_KILLS, bench.pairs);
    await bench.sink.reset({ hash: true, delayMs: { PUT: PUT_MS } });
    // both mostly wait: at the same time they take half as long
    const [leaders, workers] = await Promise.all([killLeaders(bench, kills), killWorkers(bench, kills)]);
    const checks: Check[] = [
      atMost('killed leader: until the next one leads', seconds(leaders.map(({ ledMs }) => ledMs)), 10, ' s'),
      {
        what: 'killed leader: until a new file is on the Stage',
        value: seconds(leaders.map(({ arrivedMs }) => arrivedMs)),
        unit: ' s',
      },
      atMost(
        'killed worker: until others have sent its batches',
        seconds(workers.map(({ backMs }) => backMs)),
        20,
        ' s',
      ),
      {
        what: 'killed worker: files sent again',
        value: spreadOf(workers.map(({ repeated }) => repeated)),
      },
    ];
    return {
      work: `kill -9, ${kills} times: of the leader of two daemons that watch a directory, with the ${bench.quick ? 'shortest' : 'default'} lease, and of one of two workers in the middle of a sync; ${PUT_MS / 1000} s an upload`,
      contestants: [],
      checks,
      notes: [
        'A leader renews its lease every third of its time, and is killed each time at another moment after that. The new file is written right after the kill.',
        'A worker has its batches for 10 s after their last renewal; a look for such ones comes every 5 s.',
      ],
      leftOut: [],
    };
  },
};
