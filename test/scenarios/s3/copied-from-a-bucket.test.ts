import { afterEach, expect, test, vi } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { bucketAndStage, digests, type BucketAndStage } from '../../support/s3/bucket-and-stage.ts';
import { onEveryS3, type S3Server } from '../../support/s3/s3-bucket.ts';
import type { Fault, ProxiedRequest } from '../../support/s3/s3-proxy.ts';

afterEach(() => void vi.unstubAllEnvs());

/** The listing shows every object whose name begins with "cold" as archived and being restored. */
const cold = ({ isList }: ProxiedRequest): Fault | undefined =>
  isList
    ? {
        rewrite: (xml) =>
          xml.replaceAll(
            /(<Key>[^<]*cold[^<]*<\/Key>.*?)<StorageClass>\w+<\/StorageClass>/gs,
            '$1<StorageClass>GLACIER</StorageClass><RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>',
          ),
      }
    : undefined;

function suite(name: string, server: () => S3Server): void {
  const cp = ({ cli, source, stage, bucket }: BucketAndStage, ...flags: string[]) => {
    // the SDK reads those of the process
    vi.stubEnv('AWS_ACCESS_KEY_ID', server().accessKey);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server().secretKey);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    return commandInside(cli, ['cp', '-r', source, stage.address, '--endpoint-url', bucket.url, ...flags]);
  };

  test(`cp from ${name}: archived objects are failures, left out in silence, or read all the same`, async () => {
    await using pair = await bucketAndStage(server());
    await pair.put('cold.csv', 'cold');
    await pair.put('warm.csv', 'warm');
    pair.fault = cold;
    const plain = await cp(pair);
    expect([plain.status, plain.stderr]).toEqual([3, expect.stringContaining('cold.csv')]);
    const silent = await cp(pair, '--ignore-glacier-warnings');
    expect([silent.status, silent.stderr]).toEqual([0, '']);
    expect(await pair.files()).toEqual(digests({ 'warm.csv': 'warm' }));
    expect((await cp(pair, '--force-glacier-transfer')).status).toBe(0);
    expect(await pair.files()).toEqual(digests({ 'cold.csv': 'cold', 'warm.csv': 'warm' }));
  });

  test(`cp from ${name}: its listing asks for pages of --page-size, and --request-payer says who pays`, async () => {
    await using pair = await bucketAndStage(server());
    for (const path of ['a', 'b', 'c']) await pair.put(path, path);
    expect((await cp(pair, '--page-size', '2', '--request-payer')).status).toBe(0);
    const { requests } = pair.bucket.proxy;
    const pages = requests.flatMap(({ isList, url }) => (isList ? [url.searchParams.get('max-keys')] : []));
    expect(new Set(pages)).toEqual(new Set(['2']));
    expect(requests.filter(({ headers }) => headers['x-amz-request-payer'] !== 'requester')).toEqual([]);
    const tooMany = await cp(pair, '--page-size', '1001');
    expect([tooMany.status, tooMany.stderr]).toEqual([2, expect.stringContaining('at most 1000 keys')]);
  });

  test(`cp from elsewhere than ${name} refuses what is for a bucket`, async () => {
    await using pair = await bucketAndStage(server());
    const flags = [
      ['--ignore-glacier-warnings'],
      ['--force-glacier-transfer'],
      ['--page-size', '5'],
      ['--request-payer'],
    ];
    for (const flag of flags) {
      const { status, stderr } = await commandInside(pair.cli, [
        'cp',
        '-r',
        '.',
        pair.stage.address,
        ...flag,
      ]);
      expect([status, stderr]).toEqual([2, expect.stringContaining(`${flag[0]} is for an s3://`)]);
    }
  });
}
onEveryS3('copies from a bucket', suite);
