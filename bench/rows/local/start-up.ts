import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { run } from '../../measure/child.ts';
import { pairedRatio, spreadOf } from '../../measure/statistics.ts';
import { runTool } from '../../product.ts';
import { freshState, stageAddress } from '../tool-runs.ts';

/** What a command costs before it does anything. */
export const startUp: Benchmark = {
  row: 12,
  name: 'start-up',
  async run(bench: Bench): Promise<Outcome> {
    await bench.sink.reset({});
    const state = freshState(bench);
    const tool = async (args: readonly string[]): Promise<number> => {
      const done = await runTool(bench.product, args, { state, sinkUrl: bench.sink.url, observe: false });
      return done.wallMs;
    };
    const commands: Record<string, () => Promise<number>> = {
      'node -e 0': async () => (await run(process.execPath, ['-e', '0'], { observe: false })).wallMs,
      'stagesync --help': () => tool(['--help']),
      'stagesync --version': () => tool(['--version']),
      'stagesync ls': () => tool(['ls', stageAddress('')]),
    };
    const times = new Map<string, number[]>();
    const rounds = bench.quick ? 3 : 15;
    for (let round = 0; round <= rounds; round++) {
      for (const [name, once] of Object.entries(commands)) {
        const ms = await once();
        // the first round fills the caches
        if (round > 0) times.set(name, [...(times.get(name) ?? []), ms]);
      }
    }
    const anchor = times.get('node -e 0')!;
    const share = (name: string, target: number) =>
      atMost(`time, ${name} / node -e 0`, pairedRatio(times.get(name)!, anchor), target);
    return {
      work: 'commands that do nothing or nearly nothing',
      contestants: [...times].map(([name, each]) => ({ name, value: spreadOf(each), unit: 'ms' })),
      checks: [share('stagesync --help', 2.5), share('stagesync --version', 2.5), share('stagesync ls', 4)],
      notes: [
        `ls lists the root of an empty Stage: one request. ${rounds} rounds after one that fills the caches.`,
      ],
      leftOut: [],
    };
  },
};
