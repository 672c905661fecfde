import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test, vi } from 'vitest';
import { bucketAndStage, digests } from '../../support/s3/bucket-and-stage.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import type { CliResult } from '../../support/cli/cli.ts';
import { onEveryS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import type { Fault, ProxiedRequest } from '../../support/s3/s3-proxy.ts';

const problemsOf = (run: CliResult): string[] =>
  run.events
    .flatMap((event) => (event.type === 'problem' ? [`${event.code} ${event.path} ${event.severity}`] : []))
    .sort();

/** MinIO gives one ETag to all that it does not hash; here every object has it, in listings and when it is read. */
const OF_NONE = `"${'0'.repeat(32)}-1"`;
function withoutHashes({ isList, isRead, headers }: ProxiedRequest): Fault | undefined {
  if (isList) return { rewrite: (xml) => xml.replaceAll(/<ETag>.*?<\/ETag>/gs, `<ETag>${OF_NONE}</ETag>`) };
  if (!isRead) return undefined;
  expect(headers['if-match']).toBe(OF_NONE);
  // The server would compare with its own.
  delete headers['if-match'];
  return { setHeaders: { etag: OF_NONE } };
}

/** Servers tell the time of an object in whole seconds, some of them. */
async function anotherSecond(): Promise<void> {
  const second = (): number => Math.floor(Date.now() / 1000);
  const now = second();
  await vi.waitFor(() => expect(second()).not.toBe(now), { timeout: 5_000, interval: 20 });
}

function suite(name: string, server: () => S3Server): void {
  // A real server checks the signature, which If-Match is a part of.
  describe.skipIf(name === 'a real S3 server')(`a bucket of ${name} whose ETags are no hashes`, () => {
    test('a file is never moved by such an ETag, and a change of the same size is seen', async () => {
      await using pair = await bucketAndStage(server());
      pair.fault = withoutHashes;
      for (const [path, body] of Object.entries({ 'a.csv': 'first', 'b.csv': 'other', 'c.csv': 'third' }))
        await pair.put(path, body);
      expect((await pair.sync()).status).toBe(0);
      // Both have five bytes, and a name that is new while another is gone.
      await pair.remove('a.csv');
      await pair.put('d.csv', 'fresh');
      await anotherSecond();
      await pair.put('b.csv', 'OTHER');
      const run = await pair.sync(['--delete']);
      expect(run.status).toBe(0);
      expect(actionsOf(run)).toEqual([
        'remove a.csv gone_from_source',
        'upload b.csv changed',
        'upload d.csv new',
      ]);
      expect(await pair.files()).toEqual(digests({ 'b.csv': 'OTHER', 'c.csv': 'third', 'd.csv': 'fresh' }));
      expect(actionsOf(await pair.sync(['--delete']))).toEqual([]);
    });
  });

  describe(`a bucket of ${name}`, () => {
    test('an object that is copied onto itself has another time, and is taken again', async () => {
      await using pair = await bucketAndStage(server());
      await pair.put('a.csv', 'a');
      await pair.sync();
      await anotherSecond();
      const key = `${pair.prefix}a.csv`;
      await pair.bucket.client.send(
        new CopyObjectCommand({
          Bucket: pair.bucket.name,
          CopySource: `${pair.bucket.name}/${key}`,
          Key: key,
          MetadataDirective: 'REPLACE',
        }),
      );
      expect(actionsOf(await pair.sync())).toEqual(['upload a.csv changed']);
      expect(actionsOf(await pair.sync())).toEqual([]);
    });

    test('empty markers that can be no folders, and reserved names, are warnings and the run ends with 0', async () => {
      await using pair = await bucketAndStage(server());
      for (const key of ['dir//', 'photos/', '.stagesync-old/']) await pair.put(key, '');
      for (const key of ['photos', 'dir/a', '.stagesync-old/a', '.stagesync-old/b', 'x/.stagesync-1', 'x/y'])
        await pair.put(key, key);
      const run = await pair.sync(['--mirror']);
      expect(run, run.stderr).toMatchObject({ status: 0, report: { outcome: 'warnings', failed: 0 } });
      expect(problemsOf(run)).toEqual([
        'name_conflict photos/ warning',
        'name_not_allowed dir// warning',
        'reserved_name .stagesync-old/ warning',
        'reserved_name x/.stagesync-1 warning',
      ]);
      const files = { 'dir/a': 'dir/a', photos: 'photos', 'x/y': 'x/y' };
      expect(await pair.files()).toEqual(digests(files));
      expect(actionsOf(await pair.sync(['--mirror']))).toEqual([]);
    });

    test('names that Stage cannot hold do not matter where they are left out', async () => {
      await using pair = await bucketAndStage(server());
      for (const key of ['logs//a', 'logs/../b', 'a//b.tmp', 'back\\slash.tmp', 'control\u0001.tmp', 'full/'])
        await pair.put(key, 'bytes');
      await pair.put('.stagesync-x.tmp', 'x');
      await pair.put('kept.csv', 'kept');
      const rules = ['logs/', '*.tmp', 'full/'].flatMap((pattern) => ['--exclude', pattern]);
      const run = await pair.sync(rules);
      expect(problemsOf(run)).toEqual([]);
      expect(run).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 1 } });
    });

    test('of an object and objects below it the object is taken, the rest is a failure, and all else goes on', async () => {
      await using pair = await bucketAndStage(server());
      for (const key of ['photos', 'photos/a', 'photos/b/c', 'z']) await pair.put(key, key);
      const run = await pair.sync(['--mirror']);
      expect(problemsOf(run)).toEqual(['name_conflict photos/ failure']);
      expect(run).toMatchObject({ status: 3, report: { uploaded: 2, failed: 1 } });
      expect(await pair.files()).toEqual(digests({ photos: 'photos', z: 'z' }));
    });

    test('bytes that do not match an ETag that looks like an MD5 are never published; that object fails alone', async () => {
      await using pair = await bucketAndStage(server());
      const large = Buffer.alloc(700_000, 'bytes');
      for (const [key, body] of Object.entries({ a: 'a', large, wrong: 'wrong', z: 'z' }))
        await pair.put(key, body);
      pair.fault = ({ isRead, url }) =>
        isRead
          ? {
              dropHeaders: ['x-amz-checksum-crc32', 'x-amz-checksum-crc64nvme', 'x-amz-checksum-type'],
              ...(/(large|wrong)$/.test(url.pathname) ? { corruptAt: 3 } : {}),
            }
          : undefined;
      const run = await pair.sync();
      expect(run, run.stderr).toMatchObject({ status: 3, report: { uploaded: 2, failed: 2 } });
      expect(run.stderr).toMatch(
        /failed: wrong: the bytes received for it do not match its ETag.*upload it again/,
      );
      expect(pair.reads().sort()).toEqual(['a', 'large', 'large', 'wrong', 'wrong', 'z']);
      expect(await pair.files()).toEqual(digests({ a: 'a', z: 'z' }));
      pair.fault = () => undefined;
      expect(await pair.sync()).toMatchObject({ status: 0, report: { uploaded: 2 } });
    });
  });
}

onEveryS3('buckets of odd names and ETags', suite);
