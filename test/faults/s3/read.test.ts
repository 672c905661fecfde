import * as fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FileEntry } from '../../../src/model/entry.ts';
import type { Content, Source } from '../../../src/model/ports.ts';
import { openS3Source } from '../../../src/sources/s3/s3-source.ts';
import type { S3SourceOptions } from '../../../src/sources/s3/s3-source.ts';
import { everything } from '../../../src/filter/filter.ts';
import { createTestBucket, onEveryS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server, TestBucket } from '../../support/s3/s3-bucket.ts';
import { withKeys } from '../../support/s3/s3-keys.ts';
import type { Fault, ProxiedRequest } from '../../support/s3/s3-proxy.ts';

const KIB = 1024;
const signal = new AbortController().signal;

function pattern(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; at++) bytes[at] = at % 251;
  return bytes;
}

/** What came of a read: the bytes until it ended, and how it ended. */
async function drain(content: Content): Promise<{ bytes: Buffer; error?: unknown }> {
  if ('bytes' in content) return { bytes: Buffer.from(content.bytes) };
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of content.chunks) chunks.push(chunk);
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  }
  return { bytes: Buffer.concat(chunks) };
}

function suite(name: string, server: () => S3Server): void {
  describe(`reading from ${name}`, () => {
    let bucket: TestBucket;
    /** By the number of the read, beginning with 1. */
    let fault: (read: number, request: ProxiedRequest) => Fault | undefined;
    let reads: number;
    const opened: Source[] = [];

    beforeEach(async () => {
      reads = 0;
      fault = () => undefined;
      bucket = await createTestBucket(server(), (request) =>
        request.isRead ? fault(++reads, request) : undefined,
      );
    });
    afterEach(async () => {
      for (const source of opened.splice(0)) await source.close();
      await bucket.close();
    });

    async function open(options: Partial<S3SourceOptions> = {}): Promise<Source> {
      const source = await withKeys(server(), () =>
        openS3Source({
          bucket: bucket.name,
          prefix: '',
          region: 'us-east-1',
          endpointUrl: bucket.url,
          concurrency: 4,
          resume: { delayMs: 1 },
          ...options,
        }),
      );
      opened.push(source);
      return source;
    }

    async function put(source: Source, bytes: Buffer, checksum?: 'SHA256'): Promise<FileEntry> {
      await bucket.put('f', bytes, checksum);
      const batches = await Array.fromAsync(source.list({ filter: everything, signal }));
      const [entry] = batches.flat();
      if (entry?.kind !== 'file') throw new Error('the object is not listed');
      return entry;
    }

    test('a connection that breaks at any byte, any number of times, changes no byte', async () => {
      const bytes = pattern(1500 * KIB);
      const source = await open();
      const entry = await put(source, bytes);
      const breaks = fc.array(fc.integer({ min: 1, max: 1200 * KIB }), { maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(breaks, async (at) => {
          reads = 0;
          fault = (read) => {
            const breakAfter = at[read - 1];
            return breakAfter === undefined ? undefined : { breakAfter };
          };
          const { bytes: got, error } = await drain(await source.read(entry, { signal }));
          expect(error).toBeUndefined();
          expect(got.equals(bytes)).toBe(true);
        }),
        { numRuns: 25 },
      );
    });

    test('a block that is taken back is read into again, and no byte of the others changes', async () => {
      const bytes = pattern(1024 * KIB);
      const source = await open();
      const entry = await put(source, bytes);
      const content = await source.read(entry, { signal });
      if (!('chunks' in content)) throw new Error('1 MiB should come in blocks');
      const memory = new Set<ArrayBufferLike>();
      const got: Buffer[] = [];
      for await (const block of content.chunks) {
        got.push(Buffer.from(block));
        memory.add(block.buffer);
        content.recycle?.(block);
      }
      expect(Buffer.concat(got).equals(bytes)).toBe(true);
      expect(got.length).toBeGreaterThan(4);
      expect(memory.size).toBeLessThan(3);
    });

    test('a small object that breaks is read on as well', async () => {
      const bytes = pattern(100 * KIB);
      const source = await open();
      const entry = await put(source, bytes);
      fault = (read) => (read < 4 ? { breakAfter: 10 * KIB } : undefined);
      expect((await drain(await source.read(entry, { signal }))).bytes.equals(bytes)).toBe(true);
      const ranges = bucket.proxy.requests.filter(({ isRead }) => isRead).map(({ headers }) => headers.range);
      expect(ranges).toEqual([undefined, 'bytes=10240-', 'bytes=20480-', 'bytes=30720-']);
    });

    test('a read that brings next to nothing again and again gives up, and may be tried again', async () => {
      const source = await open({ resume: { delayMs: 1, attempts: 3 } });
      const entry = await put(source, pattern(1500 * KIB));
      fault = () => ({ breakAfter: 1000 });
      const { bytes, error } = await drain(await source.read(entry, { signal }));
      expect(error).toMatchObject({ code: 'source_unreachable', verdict: 'retry' });
      expect(bytes.length).toBeLessThan(1500 * KIB);
      expect(reads).toBe(4);
    });

    test('a read that goes on a good way each time never gives up', async () => {
      const bytes = pattern(3000 * KIB);
      const source = await open({ resume: { delayMs: 1, attempts: 1 } });
      const entry = await put(source, bytes);
      fault = () => ({ breakAfter: 400 * KIB });
      expect((await drain(await source.read(entry, { signal }))).bytes.equals(bytes)).toBe(true);
      expect(reads).toBe(8);
    });

    test('a server that stops sending is left, and the read goes on', async () => {
      const bytes = pattern(800 * KIB);
      const source = await open({ resume: { delayMs: 1, stallMs: 100 } });
      const entry = await put(source, bytes);
      fault = (read) => (read === 1 ? { stallAfter: 300 * KIB } : undefined);
      expect((await drain(await source.read(entry, { signal }))).bytes.equals(bytes)).toBe(true);
      expect(reads).toBe(2);
    });

    test('a server that sends byte by byte is left, and the read goes on from the last of them', async () => {
      const bytes = pattern(800 * KIB);
      const source = await open({ progress: { leastBytes: 2_000, withinMs: 200 } });
      const entry = await put(source, bytes);
      fault = (read) => (read < 3 ? { trickleAfter: 300 * KIB } : undefined);
      expect((await drain(await source.read(entry, { signal }))).bytes.equals(bytes)).toBe(true);
      const starts = bucket.proxy.requests
        .filter(({ isRead }) => isRead)
        .map(({ headers }) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0));
      expect(starts).toHaveLength(3);
      expect(starts[1]).toBeGreaterThan(300 * KIB);
      expect(starts[2]).toBeGreaterThan(600 * KIB);
    });

    test('a server that never does anything else is given up, and the read may be tried again', async () => {
      const source = await open({
        progress: { leastBytes: 2_000, withinMs: 40 },
        resume: { delayMs: 1, attempts: 2 },
      });
      const entry = await put(source, pattern(800 * KIB));
      fault = () => ({ trickleAfter: 100 });
      const { error } = await drain(await source.read(entry, { signal }));
      expect(error).toMatchObject({
        code: 'source_unreachable',
        verdict: 'retry',
        message: expect.stringMatching(/fewer than 2000 bytes came within/),
      });
      expect(reads).toBe(3);
      await vi.waitFor(() => expect(bucket.proxy.answering()).toBe(0));
    });

    test('a reader that takes its time is no stalled server', async () => {
      const bytes = pattern(800 * KIB);
      const source = await open({
        resume: { delayMs: 1, stallMs: 100 },
        progress: { leastBytes: 1, withinMs: 100 },
      });
      const content = await source.read(await put(source, bytes), { signal });
      if (!('chunks' in content)) throw new Error('expected chunks');
      let got = 0;
      for await (const chunk of content.chunks) {
        if (got === 0) await delay(300);
        got += chunk.length;
      }
      expect(got).toBe(bytes.length);
      expect(reads).toBe(1);
    });

    test.each(['equal', 'other'])(
      'an object replaced by one of %s size before it is resumed is never mixed',
      async (size) => {
        const source = await open();
        const entry = await put(source, pattern(1500 * KIB));
        fault = (read) => {
          if (read === 1) return { breakAfter: 500 * KIB };
          return read === 2
            ? { before: () => bucket.put('f', Buffer.alloc((size === 'equal' ? 1500 : 2000) * KIB)) }
            : undefined;
        };
        const { bytes, error } = await drain(await source.read(entry, { signal }));
        expect(error).toMatchObject({ code: 'entry_changed', verdict: 'skip_entry' });
        expect(bytes.equals(pattern(bytes.length))).toBe(true);
        expect(bytes.length).toBeLessThan(1500 * KIB);
      },
    );

    test('an object replaced by one with the same ETag and size before it is resumed is never mixed', async () => {
      const source = await open();
      const entry = await put(source, pattern(1500 * KIB));
      const at = (second: number): Fault => ({
        setHeaders: { 'last-modified': `Fri, 17 May 2024 10:00:0${second} GMT` },
        dropHeaders: ['x-amz-checksum-crc32', 'x-amz-checksum-crc64nvme', 'x-amz-checksum-type'],
      });
      fault = (read) => (read === 1 ? { ...at(1), breakAfter: 500 * KIB } : at(2));
      const { bytes, error } = await drain(await source.read(entry, { signal }));
      expect(error).toMatchObject({
        code: 'entry_changed',
        message: expect.stringMatching(/replaced while/),
      });
      expect(bytes.length).toBeLessThan(1500 * KIB);
      reads = 0;
      fault = (read) => (read === 1 ? { ...at(1), breakAfter: 500 * KIB } : at(1));
      expect((await drain(await source.read(entry, { signal }))).error).toBeUndefined();
    });

    test('an object deleted before it is resumed is gone', async () => {
      const source = await open();
      const entry = await put(source, pattern(1500 * KIB));
      fault = (read) => (read === 1 ? { breakAfter: 500 * KIB } : { before: () => bucket.remove('f') });
      const { error } = await drain(await source.read(entry, { signal }));
      expect(error).toMatchObject({ code: 'entry_gone' });
    });

    test.each([
      ['another ETag', { setHeaders: { etag: '"other"' } }],
      ['fewer bytes', { shortenTo: 200 * KIB }],
      ['more bytes', { setHeaders: { 'content-length': String(500 * KIB) }, breakAfter: 10 }],
    ] satisfies [string, Fault][])(
      'an answer with %s than was listed is refused at once',
      async (_, wrong) => {
        const source = await open();
        const entry = await put(source, pattern(400 * KIB));
        fault = () => wrong;
        await expect(source.read(entry, { signal })).rejects.toMatchObject({ code: 'entry_changed' });
      },
    );

    test('a short body without a Content-Length is resumed, and a long one is refused', async () => {
      const bytes = pattern(400 * KIB);
      const source = await open();
      const entry = await put(source, bytes);
      const dropHeaders = ['content-length', 'x-amz-checksum-crc32'];
      fault = (read) => (read === 1 ? { dropHeaders, shortenTo: 200 * KIB } : undefined);
      expect((await drain(await source.read(entry, { signal }))).bytes.equals(bytes)).toBe(true);

      fault = () => ({ dropHeaders, append: 300 * KIB });
      const { bytes: got, error } = await drain(await source.read(entry, { signal }));
      expect(error).toMatchObject({ code: 'entry_changed' });
      expect(got.length).toBeLessThan(bytes.length);
    });

    test('a throttled read is tried again, and says so when that does not help', async () => {
      const bytes = pattern(400 * KIB);
      const source = await open({ maxAttempts: 2 });
      const entry = await put(source, bytes);
      const slowDown: Fault = { reply: { status: 503, code: 'SlowDown' } };
      fault = (read) => (read === 1 ? slowDown : undefined);
      expect((await drain(await source.read(entry, { signal }))).bytes.equals(bytes)).toBe(true);
      fault = () => slowDown;
      await expect(source.read(entry, { signal })).rejects.toMatchObject({
        code: 'source_throttled',
        verdict: 'retry',
      });
    });

    test('a reader that stops early holds no connection', async () => {
      const source = await open();
      const content = await source.read(await put(source, pattern(8000 * KIB)), { signal });
      if (!('chunks' in content)) throw new Error('expected chunks');
      for await (const chunk of content.chunks) if (chunk.length > 0) break;
      await vi.waitFor(() => expect(bucket.proxy.answering()).toBe(0));
    });

    test('a reader that does not come holds no connection, and may come later', async () => {
      const bytes = pattern(8000 * KIB);
      const source = await open({ resume: { delayMs: 1, stallMs: 50 } });
      const unread = await source.read(await put(source, bytes), { signal });
      await vi.waitFor(() => expect(bucket.proxy.answering()).toBe(0));
      expect((await drain(unread)).bytes.equals(bytes)).toBe(true);
    });

    test('a read that is cancelled rejects with the reason and lets go', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      const source = await open();
      const content = await source.read(await put(source, pattern(8000 * KIB)), {
        signal: controller.signal,
      });
      if (!('chunks' in content)) throw new Error('expected chunks');
      const reading = (async () => {
        for await (const chunk of content.chunks) if (chunk.length > 0) controller.abort(reason);
      })();
      await expect(reading).rejects.toBe(reason);
      await vi.waitFor(() => expect(bucket.proxy.answering()).toBe(0));
    });

    // Only where the server keeps checksums and sends them.
    describe.skipIf(name === 'a real S3 server')('with a checksum', () => {
      // CRC-32 is what the SDK gives an object when nothing is said.
      test.each([
        [undefined, 0],
        [undefined, 150 * KIB],
        [undefined, 400 * KIB - 1],
        ['SHA256', 0],
        ['SHA256', 150 * KIB],
        ['SHA256', 400 * KIB - 1],
      ] as const)('%s: a wrong byte at %d stops the read before its last chunk', async (checksum, at) => {
        const source = await open();
        const entry = await put(source, pattern(400 * KIB), checksum);
        fault = () => ({ corruptAt: at });
        const { bytes, error } = await drain(await source.read(entry, { signal }));
        expect(error).toMatchObject({
          code: 'source_failed',
          verdict: 'retry',
          message: expect.stringMatching(/checksum/),
        });
        expect(bytes.length).toBeLessThan(400 * KIB);
        expect(reads).toBe(1);
      });

      test('a wrong byte of a small object is noticed', async () => {
        const source = await open();
        const entry = await put(source, pattern(1000));
        fault = () => ({ corruptAt: 999 });
        await expect(source.read(entry, { signal })).rejects.toMatchObject({ code: 'source_failed' });
      });

      test.each([undefined, 'SHA256'] as const)(
        '%s: a wrong byte is noticed although the read was resumed',
        async (checksum) => {
          const source = await open();
          const entry = await put(source, pattern(1000 * KIB), checksum);
          fault = (read) =>
            read === 1
              ? { breakAfter: 600 * KIB }
              : { corruptAt: 1000, dropHeaders: ['x-amz-checksum-crc32', 'x-amz-checksum-sha256'] };
          const { bytes, error } = await drain(await source.read(entry, { signal }));
          expect(error).toMatchObject({ code: 'source_failed', message: expect.stringMatching(/checksum/) });
          expect(bytes.length).toBeLessThan(1000 * KIB);
        },
      );
    });

    // What the server keeps else of the object is left out of its answers.
    describe('without a checksum, of an object whose ETag is an MD5,', () => {
      const dropHeaders = ['x-amz-checksum-crc32', 'x-amz-checksum-crc64nvme', 'x-amz-checksum-type'];
      const sse = (value: string): Fault => ({ setHeaders: { 'x-amz-server-side-encryption': value } });

      test.each([0, 150 * KIB, 400 * KIB - 1])(
        'a wrong byte at %d stops the read before its last chunk',
        async (corruptAt) => {
          const source = await open();
          const entry = await put(source, pattern(400 * KIB));
          fault = () => ({ corruptAt, dropHeaders });
          const { bytes, error } = await drain(await source.read(entry, { signal }));
          expect(error).toMatchObject({
            code: 'source_failed',
            verdict: 'retry',
            message: expect.stringMatching(/received for f do not match its ETag/),
          });
          expect(bytes.length).toBeLessThan(400 * KIB);
          expect(reads).toBe(1);
        },
      );

      test('a wrong byte is noticed although the read was resumed', async () => {
        const source = await open();
        const entry = await put(source, pattern(1000 * KIB));
        fault = (read) =>
          read === 1 ? { breakAfter: 600 * KIB, dropHeaders } : { corruptAt: 1000, dropHeaders };
        const { bytes, error } = await drain(await source.read(entry, { signal }));
        expect(error).toMatchObject({ code: 'source_failed' });
        expect(bytes.length).toBeLessThan(1000 * KIB);
      });

      test('a wrong byte of a small object is noticed, and right bytes pass', async () => {
        const source = await open();
        const entry = await put(source, pattern(1000));
        fault = () => ({ corruptAt: 999, dropHeaders });
        await expect(source.read(entry, { signal })).rejects.toMatchObject({ code: 'source_failed' });
        fault = () => ({ dropHeaders });
        expect((await drain(await source.read(entry, { signal }))).bytes.equals(pattern(1000))).toBe(true);
      });

      test('the same wrong bytes twice are no accident, and that object alone is given up', async () => {
        const source = await open();
        const entry = await put(source, pattern(1000));
        const spoil = async (corruptAt: number): Promise<unknown> => {
          fault = () => ({ corruptAt, dropHeaders });
          return source.read(entry, { signal }).catch((error: unknown) => error);
        };
        expect(await spoil(1)).toMatchObject({ verdict: 'retry' });
        expect(await spoil(2)).toMatchObject({ verdict: 'retry' });
        expect(await spoil(2)).toMatchObject({
          code: 'entry_unreadable',
          verdict: 'skip_entry',
          message: expect.stringMatching(/received for f do not match.*upload it again.*exclude/),
        });
      });

      test.each<[string, boolean, Fault]>([
        ['that is not encrypted', true, {}],
        ['with a key of S3', true, sse('AES256')],
        ['with a key of KMS', false, sse('aws:kms')],
        ['twice, with keys of KMS', false, sse('aws:kms:dsse')],
        [
          "with its reader's key",
          false,
          { setHeaders: { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' } },
        ],
        ['by a server that says nothing of the ETag', true, { dropHeaders: [...dropHeaders, 'etag'] }],
      ])('an object %s: compared %s', async (_, compared, how) => {
        const source = await open();
        const entry = await put(source, pattern(1000));
        fault = () => ({ corruptAt: 1, dropHeaders, ...how });
        const read = source.read(entry, { signal });
        if (compared) await expect(read).rejects.toMatchObject({ code: 'source_failed' });
        else expect(await read).toMatchObject({ size: 1000 });
      });
    });
  });
}

onEveryS3('reads that break', suite);
