import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import { run } from '../../measure/child.ts';
import { Contest } from '../../measure/contest.ts';
import type { Contestant, Effort } from '../../measure/contest.ts';
import type { S3Endpoint } from '../../measure/peers.ts';
import { DEPLOYMENT } from '../../product.ts';
import { PREFIX, digestsOf } from '../../s3/objects.ts';
import type { ObjectSet } from '../../s3/objects.ts';
import { pythonScript } from '../peer-runs.ts';
import { freshState, syncRun } from '../tool-runs.ts';

export interface S3Work {
  readonly server: S3Endpoint;
  readonly bucket: string;
  readonly set: ObjectSet;
  readonly concurrency: number;
  /** Objects that the script gets done in the time there is. */
  readonly scriptObjects: number;
  /** Bytes a second count, not objects; and the bytes are hashed in a run that is not timed. */
  readonly large: boolean;
  /** The plain pipe takes part: only where nobody asks for a signature. */
  readonly raw: boolean;
}

async function syncFromS3(bench: Bench, { server, bucket, concurrency, set }: S3Work): Promise<Effort> {
  const state = freshState(bench);
  const effort = await syncRun(
    bench,
    `s3://${bucket}/${PREFIX}`,
    '',
    ['--endpoint-url', server.url, '--region', 'us-east-1', '--concurrency', String(concurrency)],
    { state, env: credentials(server) },
  );
  checkFirstSync(await bench.sink.report(), state, { files: set.count, folders: 1 });
  return effort;
}

/** For the tool and for the AWS tools; an empty configuration keeps the machine's own out of it. */
export const credentials = ({ accessKey, secretKey }: S3Endpoint): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: accessKey,
  AWS_SECRET_ACCESS_KEY: secretKey,
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** stagesync, the plain pipe and the script, each copying the bucket to the sink, in turn. */
export async function s3Contest(bench: Bench, work: S3Work): Promise<Contest> {
  const { server, bucket, set, concurrency } = work;
  const digests = digestsOf(set);
  const names = [...digests.keys()];
  const some = names.slice(0, work.scriptObjects);
  const runs: [name: string, names: readonly string[], run: () => Promise<Effort>][] = [
    ['stagesync', names, () => syncFromS3(bench, work)],
  ];
  if (work.raw) {
    const list = join(bench.folder, 'raw.names');
    const script = new URL('../../baseline/raw-pipe.ts', import.meta.url).pathname;
    writeFileSync(list, names.join('\n'));
    const args = [
      script,
      list,
      bench.sink.url,
      DEPLOYMENT,
      '',
      server.url,
      bucket,
      PREFIX,
      String(concurrency),
    ];
    runs.push(['raw pipe', names, () => run(process.execPath, args)]);
  }
  if (bench.peers.python !== undefined) {
    const cwd = join(bench.folder, 'script');
    mkdirSync(cwd, { recursive: true });
    const args = [
      bench.sink.url,
      DEPLOYMENT,
      '',
      server.url,
      bucket,
      PREFIX,
      server.accessKey,
      server.secretKey,
    ];
    runs.push(['script', some, () => pythonScript(bench, 's3_upload_one_at_a_time.py', args, some, cwd)]);
  }
  const contestants: Contestant[] = [];
  for (const [name, which, once] of runs) {
    const expected = new Map(which.map((each) => [each, digests.get(each)!]));
    const checked = async (hash: boolean): Promise<Effort> => {
      await bench.sink.reset({ hash });
      const effort = await once();
      checkArrived(await bench.sink.report(), '', expected, set.bytes, hash);
      return effort;
    };
    if (work.large) await checked(true);
    contestants.push({
      name,
      files: which.length,
      ...(work.large && { bytes: which.length * set.bytes }),
      run: () => checked(!work.large),
    });
  }
  return Contest.hold(bench, contestants, false);
}
