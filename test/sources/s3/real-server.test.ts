import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileEntry, SourceEntry } from '../../../src/model/entry.ts';
import { comparePaths } from '../../../src/model/path.ts';
import type { Source } from '../../../src/model/ports.ts';
import { openS3Source } from '../../../src/sources/s3/s3-source.ts';
import type { S3SourceOptions } from '../../../src/sources/s3/s3-source.ts';
import { everything } from '../../../src/filter/filter.ts';
import { createTestBucket, onRealS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server, TestBucket } from '../../support/s3/s3-bucket.ts';
import { withKeys } from '../../support/s3/s3-keys.ts';

const signal = new AbortController().signal;

/** What an in-process imitation does not do: signatures, byte order, versions, access rights, multipart ETags. */
function suite(server: S3Server): void {
  describe('a real S3 server', () => {
    let bucket: TestBucket;
    const opened: Source[] = [];
    beforeEach(async () => {
      bucket = await createTestBucket(server);
    });
    afterEach(async () => {
      for (const source of opened.splice(0)) await source.close();
      await bucket.close();
    });

    async function open(options: Partial<S3SourceOptions> = {}, keys: object = {}): Promise<Source> {
      const source = await withKeys({ ...server, ...keys }, () =>
        openS3Source({
          bucket: bucket.name,
          prefix: '',
          endpointUrl: bucket.url,
          concurrency: 8,
          ...options,
        }),
      );
      opened.push(source);
      return source;
    }
    const list = async (source: Source): Promise<SourceEntry[]> =>
      (await Array.fromAsync(source.list({ filter: everything, signal }))).flat();
    async function read(source: Source, path: string): Promise<string> {
      const entry = (await list(source)).find(
        (file): file is FileEntry => file.kind === 'file' && file.path === path,
      );
      const content = await source.read(entry!, { signal });
      return 'bytes' in content ? Buffer.from(content.bytes).toString() : 'chunks';
    }
    async function put(keys: readonly string[]): Promise<void> {
      for (let at = 0; at < keys.length; at += 32)
        await Promise.all(keys.slice(at, at + 32).map((key) => bucket.put(key, key)));
    }

    test('accepts our signatures, and nothing is left of the secret when it refuses one', async () => {
      await put(['a']);
      expect(await list(await open())).toMatchObject([{ path: 'a' }]);
      const wrong = await open({}, { secretKey: 'not-the-secret-key' });
      const error: unknown = await list(wrong).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'source_unauthorised', verdict: 'end_run' });
      expect(JSON.stringify(error) + String(error)).not.toContain('not-the-secret-key');
      const unknown = await open({}, { accessKey: 'NOSUCHKEY' });
      await expect(list(unknown)).rejects.toMatchObject({ code: 'source_unauthorised' });
    });

    test('lists odd keys in the order of their UTF-8 bytes', async () => {
      const keys = [
        '\u{1F600}',
        '\uFF5E',
        'a',
        'A',
        'a-',
        'a b+c',
        'pct%41',
        '<&>"\'',
        'é',
        ' lead',
        'x/\uFFFD',
        'x/\u{10FFFF}',
        'x0',
      ];
      await put(keys);
      const entries = await list(await open());
      expect(entries.map(({ path }) => path)).toEqual(keys.toSorted(comparePaths));
      expect(keys.toSorted(comparePaths).indexOf('\uFF5E')).toBe(keys.length - 2);
      for (const key of keys) expect(await read(await open(), key)).toBe(key);
    });

    test('reports keys that no path can have, and lists the others', async () => {
      const bad = ['../up', 'a//b', 'a/./c', 'back\\slash', 'cr\rx', 'ctl\u0001', 'nl\nx'];
      await put([...bad, 'good']);
      const entries = await list(await open());
      expect(entries.filter(({ kind }) => kind === 'unknown')).toHaveLength(bad.length);
      expect(entries.filter(({ kind }) => kind === 'file').map(({ path }) => path)).toEqual(['good']);
    });

    test('lists thousands of keys the same way with one request at a time and with several', async () => {
      const keys = Array.from(
        { length: 3_300 },
        (_, at) => `p/${at % 11}/${at % 2 === 0 ? '\uFF5E' : '\u{1F600}'}/${at}`,
      );
      await put([...keys, 'p.outside', 'q/outside']);
      const expected = keys.map((key) => key.slice(2)).toSorted(comparePaths);
      for (const listStreams of [1, 4]) {
        const entries = await list(await open({ prefix: 'p/', listStreams }));
        expect(entries.map(({ path }) => path)).toEqual(expected);
      }
    });

    test('gives a replaced object another version, and refuses the one that was listed', async () => {
      await bucket.client.send(
        new PutBucketVersioningCommand({
          Bucket: bucket.name,
          VersioningConfiguration: { Status: 'Enabled' },
        }),
      );
      await bucket.put('f', 'one');
      const source = await open();
      const [before] = await list(source);
      await bucket.put('f', 'two');
      // The old version is still kept, and is not what is asked for.
      await expect(source.read(before as FileEntry, { signal })).rejects.toMatchObject({
        code: 'entry_changed',
      });
      expect(await read(source, 'f')).toBe('two');
      await bucket.remove('f');
      expect(await list(source)).toEqual([]);
      await expect(source.read(before as FileEntry, { signal })).rejects.toMatchObject({
        code: 'entry_gone',
      });
    });

    test('reads objects that were uploaded in parts', async () => {
      const target = { Bucket: bucket.name, Key: 'parts' };
      const part = Buffer.alloc(5 * 1024 * 1024, 'p');
      const { UploadId } = await bucket.client.send(new CreateMultipartUploadCommand(target));
      const Parts = await Promise.all(
        [1, 2].map(async (PartNumber) => {
          const { ETag } = await bucket.client.send(
            new UploadPartCommand({ ...target, UploadId, PartNumber, Body: part }),
          );
          return { ETag, PartNumber };
        }),
      );
      await bucket.client.send(
        new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
      );
      const source = await open();
      const [entry] = await list(source);
      expect(entry).toMatchObject({
        size: 2 * part.length,
        version: expect.stringMatching(/-2:10485760@\d+$/),
      });
      const content = await source.read(entry as FileEntry, { signal });
      if (!('chunks' in content)) throw new Error('10 MiB should come in chunks');
      let size = 0;
      for await (const chunk of content.chunks) size += chunk.length;
      expect(size).toBe(2 * part.length);
    });

    test('lets a request without a signature read what is public, and nothing else', async () => {
      await put(['private', 'public']);
      await bucket.client.send(
        new PutObjectAclCommand({ Bucket: bucket.name, Key: 'public', ACL: 'public-read' }),
      );
      const entries = (await list(await open())) as FileEntry[];
      const source = await open({ noSignRequest: true });
      await expect(list(source)).rejects.toMatchObject({ code: 'source_denied', verdict: 'end_run' });
      const [hidden, shown] = entries;
      expect(await source.read(shown!, { signal })).toMatchObject({ size: 6 });
      await expect(source.read(hidden!, { signal })).rejects.toMatchObject({
        code: 'entry_unreadable',
        verdict: 'skip_entry',
      });
    });

    test('lists the children of one folder', async () => {
      await put(['d/a', 'd/sub/x', 'd/sub/y', 'd/z', 'e']);
      const source = await open();
      const children = await source.listFolder?.('d/', { filter: everything, signal });
      expect(children?.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
        'file d/a',
        'folder d/sub/',
        'file d/z',
      ]);
      expect(await source.listFolder?.('none/', { filter: everything, signal })).toBeUndefined();
    });
  });
}

onRealS3('signatures, byte order, versions and access rights', suite);
