import { openRedisServer, HAS_REDIS } from '../../../test/support/cluster/redis-server.ts';
import { atLeast, atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { makeTree } from '../../fixture/trees.ts';
import { Contest, type Effort } from '../../measure/contest.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { startUpMs } from '../small-files-latency.ts';
import { freshState, reported, syncRun } from '../tool-runs.ts';

const PROCESSES = 4;
const PER_SECOND = 200;
const TOLD = 195;
const BYTES = 4096;
const DELAY_MS = 100;

/** Four processes at a Stage that allows so many requests a second: each learns alone, all share a budget, or its rate was told. */
export const sharedBudget: Benchmark = {
  row: 33,
  name: 'shared-budget',
  async run(bench: Bench): Promise<Outcome> {
    if (!HAS_REDIS)
      return {
        work: '',
        contestants: [],
        checks: [],
        notes: ['There is no redis-server here.'],
        leftOut: ['redis-server'],
      };
    const tree = makeTree(bench.folder, { folders: 1, files: bench.quick ? 150 : 1000, bytes: BYTES });
    const burst = PER_SECOND;
    const facts = new Map<string, { refused: number[]; needed: number[] }>();
    const server = await openRedisServer();
    const flags = (url: string | undefined): string[] => (url === undefined ? [] : ['--budget', url]);
    const contestant = (name: string, url: string | undefined) => ({
      name,
      files: tree.files * PROCESSES,
      async run(): Promise<Effort> {
        await server.flush();
        await bench.sink.reset({
          limit: { perSecond: PER_SECOND, burst },
          delayMs: { GET: DELAY_MS, PUT: DELAY_MS, PATCH: DELAY_MS, DELETE: DELAY_MS },
        });
        const args = ['--json', '--concurrency', '64', ...flags(url)];
        const runs = await Promise.all(
          Array.from({ length: PROCESSES }, (_, at) =>
            syncRun(bench, tree.root, `in${at}/`, args, { state: freshState(bench, `state-${at}`) }),
          ),
        );
        for (const run of runs)
          if (reported(run)['uploaded'] !== tree.files)
            throw new Error(`wrong result: ${run.stdout.slice(-500)}`);
        const seen = await bench.sink.report();
        if (seen.files.length !== tree.files * PROCESSES)
          throw new Error(`${seen.files.length} files arrived`);
        const all = Object.values(seen.requests).reduce((sum, count) => sum + count, 0);
        const known = facts.get(name) ?? { refused: [], needed: [] };
        facts.set(name, known);
        known.refused.push((seen.refused / all) * 100);
        known.needed.push(all - seen.refused);
        const sum = (of: (effort: Effort) => number | undefined): number =>
          runs.reduce((total, run) => total + (of(run) ?? 0), 0);
        return {
          wallMs: Math.max(...runs.map(({ wallMs }) => wallMs)),
          cpuUs: sum(({ cpuUs }) => cpuUs),
          rssBytes: Math.max(...runs.map(({ rssBytes }) => rssBytes ?? 0)),
          diskBytes: sum(({ diskBytes }) => diskBytes),
        };
      },
    });
    try {
      const contest = await Contest.hold(
        bench,
        [
          contestant('each learns alone', undefined),
          contestant('one budget, learns', server.url),
          contestant('one budget, told', `${server.url}?rate=${TOLD}`),
        ],
        false,
      );
      const start = await startUpMs(bench);
      const shareOf = (name: string): number[] =>
        contest
          .efforts(name)
          .map(
            ({ wallMs }, at) =>
              (((facts.get(name)!.needed[at]! - burst) / PER_SECOND) * 1000) / (wallMs - start),
          );
      return {
        work: `${PROCESSES} processes of ${tree.files} new files each to a Stage that allows ${PER_SECOND} requests a second (and as many at once), answers after ${DELAY_MS} ms, and answers 429 to the rest; concurrency 64 each`,
        contestants: contest.standings(),
        checks: [
          { what: 'lower bound / time, each alone', value: spreadOf(shareOf('each learns alone')) },
          {
            what: 'refused, each alone',
            value: spreadOf(facts.get('each learns alone')!.refused),
            unit: ' %',
          },
          atLeast(
            'lower bound / time, one budget that learns',
            spreadOf(shareOf('one budget, learns')),
            0.85,
          ),
          atMost(
            'refused, one budget that learns',
            spreadOf(facts.get('one budget, learns')!.refused),
            4,
            ' %',
          ),
          atLeast(`lower bound / time, told ${TOLD} a second`, spreadOf(shareOf('one budget, told')), 0.92),
          atMost(`refused, told ${TOLD} a second`, spreadOf(facts.get('one budget, told')!.refused), 0, ' %'),
        ],
        notes: [
          `The lower bound is (requests - burst) / ${PER_SECOND} s; a --version run is taken off the time of the slowest process. Each run begins with an empty Redis.`,
        ],
        leftOut: [],
      };
    } finally {
      await server.close();
    }
  },
};
