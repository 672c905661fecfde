import { createReadStream } from 'node:fs';
import { PutObjectCommand, CreateBucketCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import type { S3Endpoint } from '../measure/peers.ts';

export interface FilledObject {
  readonly key: string;
  readonly bytes: number;
  /** A file's path, or the bytes themselves. */
  readonly content: string | Iterable<Buffer>;
}

const LANES = 16;

/** Puts objects into a bucket of a real S3 server, unless the last one is there: it is put when all others are. */
export async function fillBucket(
  server: S3Endpoint,
  bucket: string,
  count: number,
  objectAt: (index: number) => FilledObject,
): Promise<void> {
  const client = new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
    // some servers refuse the framing that a checksum behind the body needs
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const put = async (index: number): Promise<void> => {
    const { key, bytes, content } = objectAt(index);
    const Body =
      typeof content === 'string' ? createReadStream(content) : Readable.from(content, { objectMode: false });
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentLength: bytes }));
  };
  try {
    const last = objectAt(count - 1);
    try {
      await client.send(new HeadObjectCommand({ Bucket: bucket, Key: last.key }));
      return;
    } catch {
      await client.send(new CreateBucketCommand({ Bucket: bucket })).catch(() => undefined);
    }
    let next = 0;
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        while (next < count - 1) await put(next++);
      }),
    );
    await put(count - 1);
  } finally {
    client.destroy();
  }
}
