import { join } from 'node:path';
import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { makeTree } from '../../fixture/trees.ts';
import { run } from '../../measure/child.ts';
import { Contest } from '../../measure/contest.ts';
import type { Contestant } from '../../measure/contest.ts';
import { fillBucket } from '../../s3/fill.ts';
import { FILE_BYTES, settleSource } from '../no-op.ts';
import { credentials } from './s3-runs.ts';

/** A pass over a bucket in which nothing changed. */
export const noopRadosgw: Benchmark = {
  row: 9,
  name: 'noop-radosgw',
  async run(bench: Bench): Promise<Outcome> {
    const shape = { folders: bench.quick ? 10 : 1000, files: 100, bytes: FILE_BYTES };
    const files = shape.folders * shape.files;
    const work = `a pass over ${files} keys on radosgw, nothing to do`;
    const server = bench.peers.radosgw;
    if (server === undefined)
      return {
        work,
        contestants: [],
        checks: [],
        notes: [],
        leftOut: ['radosgw (STAGESYNC_TEST_S3_ENDPOINT)'],
      };
    const tree = makeTree(bench.folder, shape);
    const paths = [...tree.digests.keys()];
    const bucket = `bench-tree-${files}`;
    await fillBucket(server, bucket, files, (index) => ({
      key: paths[index]!,
      bytes: FILE_BYTES,
      content: join(tree.root, paths[index]!),
    }));
    const env = credentials(server);
    const args = ['--endpoint-url', server.url, '--region', 'us-east-1'];
    const settled = await settleSource(bench, tree, `s3://${bucket}`, 'noop-s3-state', args, env);
    const remote = `:s3,provider=Ceph,env_auth=true,endpoint="${server.url}":${bucket}`;
    const contestants: Contestant[] = [{ name: 'stagesync', files, run: () => settled.pass() }];
    if (bench.peers.rclone !== undefined)
      contestants.push({
        name: 'rclone',
        files,
        run: () =>
          run('rclone', ['sync', '--size-only', remote, tree.root], { env: { ...env, AWS_CA_BUNDLE: '' } }),
      });
    if (bench.peers.aws !== undefined)
      contestants.push({
        name: 'aws s3 sync',
        files,
        run: () =>
          run(
            'aws',
            ['s3', 'sync', '--size-only', '--endpoint-url', server.url, `s3://${bucket}`, tree.root],
            { env },
          ),
      });
    const contest = await Contest.hold(bench, contestants, false);
    const checks = [];
    if (contest.has('rclone'))
      checks.push(atMost('time / rclone', contest.timeShare('stagesync', 'rclone'), 1.1));
    if (contest.has('aws s3 sync'))
      checks.push(atMost('time / aws s3 sync', contest.timeShare('stagesync', 'aws s3 sync'), 0.2));
    return {
      work,
      contestants: contest.standings('seconds'),
      checks,
      notes: [
        'rclone and aws compare with a local copy, --size-only; stagesync with a listing of the Stage.',
      ],
      leftOut: ['rclone', 'aws s3 sync'].filter((name) => !contest.has(name)),
    };
  },
};
