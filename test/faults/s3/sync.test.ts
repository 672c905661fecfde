import { describe, expect, test } from 'vitest';
import { bucketAndStage, digests, keyOf } from '../../support/s3/bucket-and-stage.ts';
import type { BucketAndStage } from '../../support/s3/bucket-and-stage.ts';
import { createDice } from '../../support/trees/dice.ts';
import { onEveryS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import type { Fault, ProxiedRequest } from '../../support/s3/s3-proxy.ts';
import { digestOf, eachOf } from '../../support/trees/trees.ts';

const KIB = 1024;

/** Sizes around every border: empty, one buffer, several chunks. */
const SIZES = [0, 1, 2, 700, 64 * KIB, 256 * KIB, 256 * KIB + 1, 400 * KIB, 1200 * KIB];

/** A version of an object: no two have a byte in common at the same place, and each says everywhere which it is. */
function versionOf(path: string, version: number, size: number): Buffer {
  const content = Buffer.alloc(size, `${path} ${version};`);
  for (let at = 0; at < size; at++) content[at] = (content[at]! + version * 31 + (at >> 8)) & 0xff;
  return content;
}

function objects(count: number, version = 1): Record<string, Buffer> {
  const path = (at: number): string => `${at % 3 === 0 ? '' : `folder ${at % 3}/`}object ${at} ü.bin`;
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      path(at),
      versionOf(path(at), version, SIZES[at % SIZES.length]!),
    ]),
  );
}

const pathOf = (request: ProxiedRequest, pair: BucketAndStage): string =>
  keyOf(request, pair.bucket.name).slice(pair.prefix.length);

const startOf = ({ headers }: ProxiedRequest): number =>
  Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);

async function filled(server: S3Server, content: Readonly<Record<string, Buffer>>): Promise<BucketAndStage> {
  const pair = await bucketAndStage(server);
  await eachOf(Object.entries(content), 8, ([path, body]) => pair.put(path, body));
  return pair;
}

/** Every file on the Stage is one of these versions of its object, whole. */
async function expectWhole(
  pair: BucketAndStage,
  versions: ReadonlyMap<string, readonly Buffer[]>,
): Promise<void> {
  for (const [path, digest] of Object.entries(await pair.files()))
    expect(versions.get(path)?.map(digestOf), path).toContain(digest);
}

function suite(name: string, server: () => S3Server): void {
  describe(`a bucket of ${name}`, () => {
    test.each([1, 2])(
      'every third read breaks at a random byte (seed %i): complete, correct, status 0',
      async (seed) => {
        const content = objects(45);
        await using pair = await filled(server(), content);
        const dice = createDice(seed);
        let reads = 0;
        let broken = 0;
        pair.fault = (request) => {
          if (!request.isRead || ++reads % 3 !== 0) return undefined;
          broken++;
          const left = content[pathOf(request, pair)]!.length - startOf(request);
          return { breakAfter: dice.below(left + 1) };
        };
        const run = await pair.sync(['--verbose']);
        expect(run, run.stderr).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 45 } });
        expect(broken).toBeGreaterThan(15);
        expect(reads).toBeGreaterThan(45);
        expect(await pair.files()).toEqual(digests(content));

        pair.fault = () => undefined;
        pair.reads();
        expect((await pair.sync()).report).toMatchObject({ outcome: 'clean', unchanged: 45, uploaded: 0 });
        expect(pair.reads()).toEqual([]);
      },
    );

    test('an object that is replaced before it is read, or while it is, arrives as one version or the other', async () => {
      const first = objects(27);
      const second = objects(27, 2);
      await using pair = await filled(server(), first);
      const replaced = new Set<string>();
      const replace = async (path: string): Promise<void> => {
        if (replaced.has(path)) return;
        replaced.add(path);
        await pair.put(path, second[path]!);
      };
      let reads = 0;
      // without a checksum that S3 keeps: only the ETag tells the versions apart
      const dropHeaders = ['x-amz-checksum-crc32', 'x-amz-checksum-type'];
      pair.fault = (request) => {
        if (!request.isRead) return undefined;
        const path = pathOf(request, pair);
        const half = first[path]!.length >> 1;
        switch (reads++ % 3) {
          case 0: // after the listing
            return { before: () => replace(path), dropHeaders };
          case 1: // while its bytes come, which then break off
            return half > 0
              ? { pauseAt: { bytes: half, until: () => replace(path) }, breakAfter: half + 1, dropHeaders }
              : { dropHeaders };
          default: // while its bytes come, which the server goes on to send
            return half > 0
              ? { pauseAt: { bytes: half, until: () => replace(path) }, dropHeaders }
              : { dropHeaders };
        }
      };
      const run = await pair.sync();
      expect(run, run.stderr).toMatchObject({ status: 0, report: { uploaded: 27, failed: 0 } });
      const versions = Object.keys(first).map((path) => [path, [first[path]!, second[path]!]] as const);
      await expectWhole(pair, new Map(versions));
      expect(replaced.size).toBeGreaterThan(15);

      pair.fault = () => undefined;
      const now = Object.fromEntries(
        versions.map(([path, [old, young]]) => [path, replaced.has(path) ? young : old]),
      );
      expect(await pair.sync()).toMatchObject({ status: 0, report: { outcome: 'clean' } });
      expect(await pair.files()).toEqual(digests(now));
    });

    test('objects that are overwritten without end while syncs run are never mixed, and the last run puts all right', async () => {
      const paths = Object.keys(objects(12));
      await using pair = await filled(server(), objects(12));
      const versions = new Map(
        paths.map((path, at) => [path, [versionOf(path, 1, SIZES[at % SIZES.length]!)]]),
      );
      const over = new AbortController();
      const write = async (): Promise<number> => {
        const dice = createDice(7);
        for (let version = 2; ; version++) {
          if (over.signal.aborted) return version;
          const path = dice.pick(paths);
          const body = versionOf(path, version, dice.chance(0.5) ? 300 * KIB : dice.pick(SIZES));
          // from the moment it is sent it may arrive
          versions.get(path)!.push(body);
          await pair.put(path, body);
        }
      };
      const writing = write();
      for (let run = 0; run < 3; run++) {
        const { status, report, stderr } = await pair.sync();
        // replaced again and again while it was read: given up for this run, and said so
        expect([0, 3], stderr).toContain(status);
        expect(report.error).toBeUndefined();
        await expectWhole(pair, versions);
      }
      over.abort();
      expect(await writing).toBeGreaterThan(20);
      const last = Object.fromEntries([...versions].map(([path, all]) => [path, all.at(-1)!]));
      expect(await pair.sync()).toMatchObject({ status: 0, report: { outcome: 'clean' } });
      expect(await pair.files()).toEqual(digests(last));
    });

    test('an object that goes away before it is read is a warning, and the next run has nothing to do', async () => {
      const content = objects(9);
      await using pair = await filled(server(), content);
      const [gone] = Object.keys(content) as [string];
      pair.fault = (request) =>
        request.isRead && pathOf(request, pair) === gone ? { before: () => pair.remove(gone) } : undefined;
      const run = await pair.sync();
      expect(run).toMatchObject({ status: 0, report: { outcome: 'warnings', uploaded: 8, skipped: 1 } });
      pair.fault = () => undefined;
      expect((await pair.sync()).report).toMatchObject({ outcome: 'clean', unchanged: 8 });
    });

    test('SlowDown and other 5xx answers to listings and reads are waited out', async () => {
      const content = objects(18);
      await using pair = await filled(server(), content);
      const left: Fault[] = [
        { reply: { status: 503, code: 'SlowDown' } },
        { reply: { status: 500, code: 'InternalError' } },
        { reply: { status: 503, code: 'SlowDown', headers: { 'retry-after': '1' } } },
        { reply: { status: 429, code: 'TooManyRequestsException' } },
        { reply: { status: 503, code: 'ServiceUnavailable' } },
      ];
      let requests = 0;
      pair.fault = () => (requests++ % 2 === 0 ? left.pop() : undefined);
      const run = await pair.sync();
      expect(run, run.stderr).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 18 } });
      expect(left).toEqual([]);
      expect(await pair.files()).toEqual(digests(content));
    });

    test('slow reads hold up no other object, and end well', async () => {
      const content = objects(27);
      await using pair = await filled(server(), content);
      const slow = Object.keys(content).filter((path) => content[path]!.length > 256 * KIB);
      const others = Promise.withResolvers<void>();
      let arrived = 0;
      pair.fault = (request) => {
        if (!request.isRead) return undefined;
        const path = pathOf(request, pair);
        if (slow.includes(path)) return { pauseAt: { bytes: 200 * KIB, until: () => others.promise } };
        if (++arrived === Object.keys(content).length - slow.length) others.resolve();
        return undefined;
      };
      const run = await pair.sync();
      expect(run, run.stderr).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 27 } });
      expect(slow.length).toBeLessThan(16);
      expect(await pair.files()).toEqual(digests(content));
    });

    test('bytes that are spoilt on the way never take their name', async () => {
      const content = objects(9);
      await using pair = await filled(server(), content);
      const [large] = Object.entries(content).find(([, { length }]) => length === 1200 * KIB)!;
      let short = 0;
      pair.fault = (request) => {
        if (!request.isRead || pathOf(request, pair) !== large) return undefined;
        // half as if it were all, then one too many, then whole
        return [{ shortenTo: 600 * KIB }, { append: 1, dropHeaders: ['content-length'] }][short++];
      };
      const run = await pair.sync();
      for (const [path, digest] of Object.entries(await pair.files()))
        expect(digest, path).toBe(digestOf(content[path]!));
      pair.fault = () => undefined;
      expect(run.status).toBe(0);
      expect((await pair.sync()).status).toBe(0);
      expect(await pair.files()).toEqual(digests(content));
    });
  });
}

onEveryS3('faults between a bucket and the command line', suite);
