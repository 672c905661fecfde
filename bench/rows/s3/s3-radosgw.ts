import { atLeast } from '../../bench.ts';
import type { Bench, Benchmark, Check, Outcome, Standing } from '../../bench.ts';
import { bytesOf, keyOf } from '../../s3/objects.ts';
import { fillBucket } from '../../s3/fill.ts';
import { s3Contest } from './s3-runs.ts';

const MiB = 1024 * 1024;

/** From a real S3 server. */
export const s3Radosgw: Benchmark = {
  row: 6,
  name: 's3-radosgw',
  async run(bench: Bench): Promise<Outcome> {
    const server = bench.peers.radosgw;
    const work = 'S3 to Stage from radosgw: 5,000 x 4 KiB (concurrency 16), 4 x 256 MiB (concurrency 4)';
    if (server === undefined)
      return {
        work,
        contestants: [],
        checks: [],
        notes: [],
        leftOut: ['radosgw (STAGESYNC_TEST_S3_ENDPOINT)'],
      };
    const contestants: Standing[] = [];
    const checks: Check[] = [];
    const cases = [
      {
        label: 'small',
        count: bench.quick ? 100 : 5000,
        bytes: 4096,
        concurrency: 16,
        script: 100,
        target: 9,
      },
      {
        label: 'large',
        count: 4,
        bytes: (bench.quick ? 8 : 256) * MiB,
        concurrency: 4,
        script: 4,
        target: 2,
      },
    ];
    for (const { label, count, bytes, concurrency, script, target } of cases) {
      const set = { count, bytes };
      const bucket = `bench-${count}x${bytes}`;
      await fillBucket(server, bucket, count, (index) => ({
        key: keyOf(index),
        bytes,
        content: bytesOf(set, index),
      }));
      const contest = await s3Contest(bench, {
        server,
        bucket,
        set,
        concurrency,
        scriptObjects: script,
        large: bytes >= MiB,
        raw: false,
      });
      contestants.push(...contest.standings().map((each) => ({ ...each, name: `${label}: ${each.name}` })));
      if (contest.has('script'))
        checks.push(atLeast(`${label}: rate / script`, contest.speedUp('stagesync', 'script'), target));
    }
    return {
      work,
      contestants,
      checks,
      notes: [
        'The script does 100 and 4 of the objects; rates are compared. radosgw keeps everything in memory.',
      ],
      leftOut: bench.peers.python === undefined ? ['the script (Python with boto3)'] : [],
    };
  },
};
