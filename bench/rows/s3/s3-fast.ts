import { atLeast, atMost, single } from '../../bench.ts';
import type { Bench, Benchmark, Check, Outcome, Standing } from '../../bench.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { BUCKET } from '../../s3/objects.ts';
import { startS3 } from '../../s3/start.ts';
import { s3Contest } from './s3-runs.ts';

const MiB = 1024 * 1024;

/** From an S3 that is never the limit. */
export const s3Fast: Benchmark = {
  row: 5,
  name: 's3-fast',
  async run(bench: Bench): Promise<Outcome> {
    const { quick } = bench;
    const s3 = await startS3();
    const server = { url: s3.url, accessKey: 'bench', secretKey: 'bench' };
    const contestants: Standing[] = [];
    const checks: Check[] = [];
    const named = (label: string, standings: readonly Standing[]): void => {
      contestants.push(...standings.map((each) => ({ ...each, name: `${label}: ${each.name}` })));
    };
    try {
      const sizes = [
        {
          label: 'small',
          count: quick ? 300 : 5000,
          bytes: 4096,
          concurrency: 16,
          script: quick ? 10 : 150,
          target: 20,
        },
        {
          label: 'middle',
          count: quick ? 16 : 256,
          bytes: MiB,
          concurrency: 16,
          script: quick ? 4 : 32,
          target: 4,
        },
      ];
      for (const { label, count, bytes, concurrency, script, target } of sizes) {
        const set = { count, bytes };
        await s3.hold(set);
        const contest = await s3Contest(bench, {
          server,
          bucket: BUCKET,
          set,
          concurrency,
          scriptObjects: script,
          large: bytes >= MiB,
          raw: true,
        });
        named(label, contest.standings());
        checks.push({ what: `${label}: rate / raw pipe`, value: contest.speedUp('stagesync', 'raw pipe') });
        if (contest.has('script'))
          checks.push(atLeast(`${label}: rate / script`, contest.speedUp('stagesync', 'script'), target));
      }
      const set = { count: 8, bytes: (quick ? 16 : 256) * MiB };
      await s3.hold(set);
      const peaks: number[] = [];
      for (const concurrency of [4, 16]) {
        const label = `large, c=${concurrency}`;
        const contest = await s3Contest(bench, {
          server,
          bucket: BUCKET,
          set,
          concurrency,
          scriptObjects: 4,
          large: true,
          raw: true,
        });
        named(label, contest.standings());
        if (contest.has('script'))
          checks.push(atLeast(`${label}: rate / script`, contest.speedUp('stagesync', 'script'), 1.8));
        checks.push(atLeast(`${label}: rate / raw pipe`, contest.speedUp('stagesync', 'raw pipe'), 0.85));
        const memory = contest.memory('stagesync');
        peaks.push(memory.median);
        checks.push(atMost(`${label}: peak memory`, memory, 160, ' MB'));
        const disk = contest.efforts('stagesync').map(({ diskBytes = 0 }) => diskBytes / MiB);
        // the ledger's own pages, and nothing of the objects
        checks.push(atMost(`${label}: written to disk`, spreadOf(disk), 1, ' MiB'));
      }
      checks.push(atMost('large: peak memory at 16 / at 4', single(peaks[1]! / peaks[0]!), 1.1));
    } finally {
      await s3.stop();
    }
    return {
      work: 'S3 to Stage: 5,000 x 4 KiB, 256 x 1 MiB, 8 x 256 MiB, from an S3 server that only generates bytes',
      contestants,
      checks,
      notes: [
        'The script makes a client for each object and stores it in a local file, as printed in the examples; it does 150, 32 and 4 of the objects.',
        'The raw pipe is undici GET into PUT, unsigned and unchecked.',
      ],
      leftOut: bench.peers.python === undefined ? ['the script (Python with boto3)'] : [],
    };
  },
};
