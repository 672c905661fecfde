import { PutObjectCommand } from '@aws-sdk/client-s3';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bucketAndStage, digests } from '../../support/s3/bucket-and-stage.ts';
import { onEveryS3, onRealS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import type { Fault, ProxiedRequest } from '../../support/s3/s3-proxy.ts';

const KEY = Buffer.from('0123456789abcdef0123456789abcdef');
const OTHER = Buffer.from('fedcba9876543210fedcba9876543210');

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
  describe(`archived objects of ${name}`, () => {
    test('are left out in silence with --ignore-glacier-warnings, and what Stage has of them stays', async () => {
      await using pair = await bucketAndStage(server());
      await pair.put('cold.csv', 'cold');
      await pair.put('warm.csv', 'warm');
      expect((await pair.sync()).status).toBe(0);
      pair.fault = cold;
      expect((await pair.sync(['--mirror'])).report).toMatchObject({ outcome: 'failures', failed: 1 });
      const silent = await pair.sync(['--mirror', '--ignore-glacier-warnings']);
      expect(silent).toMatchObject({
        status: 0,
        report: { outcome: 'clean', failed: 0, skipped: 0, removed: 0 },
      });
      expect(silent.events.filter(({ type }) => type === 'problem')).toEqual([]);
      expect(await pair.files()).toEqual(digests({ 'cold.csv': 'cold', 'warm.csv': 'warm' }));
    });

    test('are read with --force-glacier-transfer, and only what S3 refuses is a failure', async () => {
      await using pair = await bucketAndStage(server());
      await pair.put('cold-and-there.csv', 'there');
      await pair.put('cold.csv', 'cold');
      const refused = { reply: { status: 403, code: 'InvalidObjectState' } };
      pair.fault = (request) =>
        request.isRead && request.url.pathname.endsWith('/cold.csv') ? refused : cold(request);
      const run = await pair.sync(['--force-glacier-transfer']);
      expect(run).toMatchObject({ status: 3, report: { uploaded: 1, failed: 1 } });
      expect(await pair.files()).toEqual(digests({ 'cold-and-there.csv': 'there' }));
      const both = await pair.sync(['--force-glacier-transfer', '--ignore-glacier-warnings']);
      expect(both.status).toBe(2);
    });
  });

  test(`a listing of ${name} asks for pages of --page-size`, async () => {
    await using pair = await bucketAndStage(server());
    for (const path of ['a', 'b', 'c', 'd', 'e']) await pair.put(path, path);
    expect(await pair.sync(['--page-size', '2', '--verify', 'all'])).toMatchObject({
      status: 0,
      report: { uploaded: 5, verified: 5 },
    });
    const pages = pair.bucket.proxy.requests.flatMap(({ isList, url }) =>
      isList ? [url.searchParams.get('max-keys')] : [],
    );
    expect(pages.length).toBeGreaterThanOrEqual(3);
    expect(new Set(pages)).toEqual(new Set(['2']));
    const tooMany = await pair.sync(['--page-size', '1001']);
    expect([tooMany.status, tooMany.stderr]).toEqual([2, expect.stringContaining('at most 1000 keys')]);
  });
}
onEveryS3('archived objects, pages', suite);

onRealS3('objects under a key of their writer (SSE-C)', (server) => {
  /** A bucket with objects under KEY, under another key, and under none. */
  async function locked() {
    const pair = await bucketAndStage(server);
    const under = (path: string, key: Buffer) =>
      pair.bucket.client.send(
        new PutObjectCommand({
          Bucket: pair.bucket.name,
          Key: pair.prefix + path,
          Body: `bytes of ${path}`,
          SSECustomerAlgorithm: 'AES256',
          SSECustomerKey: key.toString('base64'),
        }),
      );
    for (const path of ['a/locked.csv', 'b/locked.csv', 'c/locked.csv']) await under(path, KEY);
    await pair.put('a/open.csv', 'bytes of a/open.csv');
    await pair.put('b/open.csv', 'bytes of b/open.csv');
    writeFileSync(join(pair.cli.folder, 'key'), KEY);
    return { pair, under };
  }
  const whole = (...paths: string[]) =>
    digests(Object.fromEntries(paths.map((path) => [path, `bytes of ${path}`])));
  const ALL = ['a/locked.csv', 'a/open.csv', 'b/locked.csv', 'b/open.csv', 'c/locked.csv'];

  test('are read with the key beside objects without one, and the next run does nothing', async () => {
    const { pair } = await locked();
    await using _ = pair;
    const key = ['--sse-c-key-file', 'key', '--verify', 'sample=3'];
    expect(await pair.sync(key)).toMatchObject({
      status: 0,
      report: { uploaded: 5, verified: 3, failed: 0 },
    });
    expect(await pair.files()).toEqual(whole(...ALL));
    expect((await pair.sync(key)).report).toMatchObject({ uploaded: 0, unchanged: 5 });
    // listings need no key
    for (const { isList, headers } of pair.bucket.proxy.requests)
      if (isList) expect(Object.keys(headers).filter((name) => name.includes('customer'))).toEqual([]);
  });

  test('are failures without the key, or with another', async () => {
    const { pair, under } = await locked();
    await using _ = pair;
    const without = await pair.sync();
    expect(without).toMatchObject({ status: 3, report: { uploaded: 2, failed: 3 } });
    expect(without.stderr).toContain('--sse-c-key-file');
    await under('d/other.csv', OTHER);
    const env = { STAGESYNC_SSE_C_KEY: KEY.toString('base64') };
    expect(await pair.sync([], { env })).toMatchObject({ status: 3, report: { uploaded: 3, failed: 1 } });
    expect(await pair.files()).toEqual(whole(...ALL));
  });

  test('and the key is in no output, ledger or plan', async () => {
    const { pair } = await locked();
    await using _ = pair;
    const env = { STAGESYNC_DEBUG: '1' };
    const flags = ['--sse-c-key-file', 'key', '--verbose'];
    const said = [await pair.sync(flags, { env })];
    pair.fault = ({ isRead }) => (isRead ? { reply: { status: 400, code: 'InvalidRequest' } } : undefined);
    await pair.put('e.csv', 'e');
    said.push(await pair.sync(flags, { env }));
    expect(said[1]!.status).toBe(3);
    const args = [
      'plan',
      pair.source,
      pair.stage.address,
      '-o',
      'plan.jsonl',
      '--endpoint-url',
      pair.bucket.url,
    ];
    const keys = { AWS_ACCESS_KEY_ID: server.accessKey, AWS_SECRET_ACCESS_KEY: server.secretKey };
    pair.fault = () => undefined;
    said.push(await pair.cli.run([...args, '--sse-c-key-file', 'key'], { env: keys }));
    expect(said[2]!.status).toBe(0);
    const files = [pair.cli.folder, pair.cli.env['XDG_STATE_HOME']!]
      .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && entry.name !== 'key')
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
    expect(files.length).toBeGreaterThan(1);
    for (const text of [...said.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...files])
      for (const secret of [KEY.toString(), KEY.toString('base64'), KEY.toString('hex')])
        expect(text.includes(secret)).toBe(false);
  });
});
