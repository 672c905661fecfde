import { openRedisServer, HAS_REDIS } from '../../../test/support/cluster/redis-server.ts';
import { atLeast, atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { makeTree } from '../../fixture/trees.ts';
import { Contest, type Effort } from '../../measure/contest.ts';
import { spreadOf, type Spread } from '../../measure/statistics.ts';
import { startUpMs } from '../small-files-latency.ts';
import { freshState, reported, syncRun } from '../tool-runs.ts';

const PROCESSES = 4;
const PER_SECOND = 200;
const TOLD = 195;
const BYTES = 4096;
const DELAY_MS = 100;

const ALONE = 'each learns alone';
const LEARNS = 'one budget, learns';
const TOLD_RATE = 'one budget, told';

const mostNeeded = (requests: readonly number[]): number => Math.max(...requests);

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
    const tree = makeTree(bench.folder, { folders: 1, files: bench.quick ? 150 : 2000, bytes: BYTES });
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
          contestant(ALONE, undefined),
          contestant(LEARNS, server.url),
          contestant(TOLD_RATE, `${server.url}?rate=${TOLD}`),
        ],
        false,
      );
      const start = await startUpMs(bench);
      // `leftOutMs`: what of the time does not count
      const shareOf = (name: string, leftOutMs: number): Spread =>
        spreadOf(
          contest
            .efforts(name)
            .map(
              ({ wallMs }, at) =>
                (((facts.get(name)!.needed[at]! - burst) / PER_SECOND) * 1000) / (wallMs - leftOutMs),
            ),
        );
      const toldShares = contest
        .efforts(TOLD_RATE)
        .map(({ wallMs }, at) => ((facts.get(TOLD_RATE)!.needed[at]! / TOLD) * 1000) / wallMs);
      return {
        work: `${PROCESSES} processes of ${tree.files} new files each to a Stage that allows ${PER_SECOND} requests a second (and as many at once), answers after ${DELAY_MS} ms, and answers 429 to the rest; concurrency 64 each`,
        contestants: contest.standings(),
        checks: [
          { what: 'lower bound / time, each alone', value: shareOf(ALONE, 0) },
          { what: 'refused, each alone', value: spreadOf(facts.get(ALONE)!.refused), unit: ' %' },
          atLeast('lower bound / time, one budget that learns', shareOf(LEARNS, 0), 0.85),
          atMost('refused, one budget that learns', spreadOf(facts.get(LEARNS)!.refused), 4, ' %'),
          atLeast(`lower bound / time, told ${TOLD} a second`, shareOf(TOLD_RATE, 0), 0.92),
          atMost(`refused, told ${TOLD} a second`, spreadOf(facts.get(TOLD_RATE)!.refused), 0, ' %'),
          ...[ALONE, LEARNS, TOLD_RATE].map((name) => ({
            what: `the same without the start of the tool, ${name}`,
            value: shareOf(name, start),
          })),
          { what: `requests at ${TOLD} a second / time, told that`, value: spreadOf(toldShares) },
        ],
        notes: [
          `The lower bound is (requests that were let through - ${burst} at once) / ${PER_SECOND} s: what the Stage itself needs for them. The time is that from the start of the first process to the end of the last, each beginning with nothing and ending with a listing that confirms. Without the start: less a --version run (${Math.round(start)} ms).`,
          `Who keeps to ${TOLD} a second, and takes nothing at once, cannot come above ${(TOLD / PER_SECOND - (TOLD * burst) / PER_SECOND / mostNeeded(facts.get(TOLD_RATE)!.needed)).toFixed(3)} of that bound, even without any start or end. Each run begins with an empty Redis.`,
        ],
        leftOut: [],
      };
    } finally {
      await server.close();
    }
  },
};
