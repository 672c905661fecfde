import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, test } from 'vitest';
import { comparePaths } from '../../../src/model/path.ts';
import type { Fault, ProxiedRequest, S3Proxy } from './s3-proxy.ts';
import { startS3Proxy } from './s3-proxy.ts';

/** An S3 server for tests: where it is, and how to sign. */
export interface S3Server {
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Whether it lists in the order of UTF-8 bytes, checks signatures, and keeps versions: what only a real one does. */
  readonly real: boolean;
  close(): Promise<void>;
}

/** fauxqs, in this process. It accepts any key, and sorts a listing by the rules of a language (see `byteOrder`). */
export async function startFakeS3(): Promise<S3Server> {
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  return {
    url: `http://127.0.0.1:${server.port}`,
    accessKey: 'test',
    secretKey: 'test-secret',
    real: false,
    close: () => server.stop(),
  };
}

/** The server named by STAGESYNC_TEST_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY: .ci/radosgw starts one. */
function realS3(env: NodeJS.ProcessEnv = process.env): S3Server | undefined {
  const url = env['STAGESYNC_TEST_S3_ENDPOINT'];
  const accessKey = env['STAGESYNC_TEST_S3_ACCESS_KEY'];
  const secretKey = env['STAGESYNC_TEST_S3_SECRET_KEY'];
  if (url === undefined || accessKey === undefined || secretKey === undefined) return undefined;
  return { url, accessKey, secretKey, real: true, close: () => Promise.resolve() };
}

/** Runs `suite` on the real server, or says in the output that it was left out. */
export function onRealS3(what: string, suite: (server: S3Server) => void): void {
  const server = realS3();
  if (server !== undefined) {
    suite(server);
    return;
  }
  const notice = `LEFT OUT, no real S3 server: ${what} (.ci/radosgw/install-and-start.sh starts one)`;
  console.info(notice);
  test.skip(notice);
}

/** Runs a suite on an S3 server in this process and, where one is named, on a real one. `what` as in onRealS3. */
export function onEveryS3(what: string, suite: (name: string, server: () => S3Server) => void): void {
  let fake: S3Server;
  beforeAll(async () => {
    fake = await startFakeS3();
  });
  afterAll(() => fake.close());
  suite('fauxqs', () => fake);
  onRealS3(what, (server) => suite('a real S3 server', () => server));
}

export interface TestBucket {
  readonly name: string;
  /** The address that a source should use: the proxy's. */
  readonly url: string;
  readonly proxy: S3Proxy;
  /** To the server itself, past the proxy. */
  readonly client: S3Client;
  put(key: string, body: Uint8Array | string, checksum?: 'SHA256'): Promise<void>;
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

/** A new bucket, with a proxy before it. `decide` is asked for every request that comes through the proxy. */
export async function createTestBucket(
  server: S3Server,
  decide: (request: ProxiedRequest) => Fault | undefined = () => undefined,
): Promise<TestBucket> {
  const client = new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
  });
  const Bucket = `test-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  const proxy = await startS3Proxy(server.url, decide);
  return {
    name: Bucket,
    url: proxy.url,
    proxy,
    client,
    async put(key, body, checksum) {
      const input = { Bucket, Key: key, Body: Buffer.from(body), ChecksumAlgorithm: checksum };
      await client.send(new PutObjectCommand(input));
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
    },
    async close() {
      await proxy.close();
      for (let more = true; more;) {
        const page = await client.send(new ListObjectsV2Command({ Bucket }));
        const keys = (page.Contents ?? []).map(({ Key = '' }) => Key);
        while (keys.length > 0) {
          const some = keys.splice(0, 32);
          await Promise.all(some.map((Key) => client.send(new DeleteObjectCommand({ Bucket, Key }))));
        }
        more = page.IsTruncated === true;
      }
      // A bucket that keeps versions is not empty yet; it goes with the server.
      await client.send(new DeleteBucketCommand({ Bucket })).catch(() => undefined);
      client.destroy();
    },
  };
}

/**
 * Puts each page of a listing into the order that S3 has. fauxqs answers in the order of localeCompare; where only
 * letters, digits and slashes are in the keys, its pages follow each other in the same order.
 */
export const byteOrder = ({ isList }: ProxiedRequest): Fault | undefined =>
  isList
    ? {
        rewrite: (xml) => {
          const items = xml.match(/<Contents>.*?<\/Contents>/gs) ?? [];
          const sorted = items.toSorted((a, b) => comparePaths(keyOf(a), keyOf(b)));
          let at = 0;
          return xml.replaceAll(/<Contents>.*?<\/Contents>/gs, () => sorted[at++] ?? '');
        },
      }
    : undefined;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function keyOf(item: string): string {
  const key = /<Key>(.*?)<\/Key>/s.exec(item)?.[1] ?? '';
  return key.replaceAll(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
