import { startFauxqs } from 'fauxqs';
import { expect, test } from 'vitest';
import { actionsOf } from '../support/cli.ts';
import { servedStage } from '../support/served-stage.ts';

const KEYS = ['a.csv', 'sub/b c ü.csv', 'sub/deep/😀.json', 'empty'];

test('a bucket arrives on Stage, and a second run reads no object', async () => {
  const s3 = await startFauxqs({ port: 0, logger: false });
  try {
    s3.createBucket('bucket');
    await using stage = await servedStage();
    const { cli, address } = stage;
    const { S3Client, PutObjectCommand, DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
    const endpoint = `http://127.0.0.1:${s3.port}`;
    const client = new S3Client({ region: 'us-east-1', endpoint, credentials, forcePathStyle: true });
    for (const key of KEYS)
      await client.send(
        new PutObjectCommand({ Bucket: 'bucket', Key: `p/${key}`, Body: key === 'empty' ? '' : key }),
      );
    const flags = ['--endpoint-url', endpoint, '--region', 'us-east-1', '--json', '--delete'];
    const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
    const sync = () => cli.run(['sync', 's3://bucket/p', address, ...flags], { env });

    const first = await sync();
    expect(first).toMatchObject({ status: 0, report: { uploaded: 4, outcome: 'clean' } });
    expect(
      Object.keys(await stage.snapshot())
        .filter((path) => !path.endsWith('/'))
        .sort(),
    ).toEqual([...KEYS].sort());
    expect((await cli.run(['cat', `${address}/sub/deep/😀.json`])).stdout).toBe('sub/deep/😀.json');
    expect((await sync()).report).toMatchObject({ uploaded: 0, unchanged: 4 });

    await client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: 'p/a.csv' }));
    expect(actionsOf(await sync())).toEqual(['remove a.csv gone_from_source']);
    const missing = await cli.run(['sync', 's3://no-such-bucket/p', address, ...flags], { env });
    expect(missing).toMatchObject({ status: 5, report: { error: { code: 'source_missing' } } });
    expect(missing.stderr).toMatch(/^stagesync: [^\n]+\n$/);
    client.destroy();
  } finally {
    await s3.stop();
  }
});
