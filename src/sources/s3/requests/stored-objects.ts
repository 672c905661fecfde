import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { SyncError } from '../../../model/errors.ts';
import { s3Error } from '../s3-errors.ts';
import { createClient, regionFromError, SILENT, type S3ConnectionOptions } from './client.ts';
import { httpHandlers } from './sdk-http-handler.ts';

/** Objects of ours in a bucket, each replaced as a whole by conditional writes. */
export interface StoredObjects {
  get(
    key: string,
  ): Promise<{ readonly version: string; readonly body: AsyncIterable<Uint8Array> } | undefined>;
  /** As CopyStore.put: undefined where the key holds another version than `expected`. */
  put(key: string, body: ObjectBody, expected: string | undefined): Promise<string | undefined>;
  close(): void;
}

/** Bytes that can be read as often as it is tried. */
interface ObjectBody {
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

interface Write {
  /** Names this very write. */
  readonly id: string;
  readonly expected: string | undefined;
  /** Whether an attempt before may have been carried out. */
  readonly inDoubt: boolean;
}

interface Judged {
  readonly is: 'done' | 'misread' | 'refused';
  readonly version?: string;
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
/** The metadata by which a write whose reply was lost is known again. */
const WRITTEN_BY = 'stagesync-write';

interface Failed {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const statusOf = (error: unknown): number | undefined => (error as Failed).$metadata?.httpStatusCode;

/** Whether the write was refused because of its condition. Of a key that is gone S3 says that it is missing. */
const isOtherVersion = (error: unknown): boolean =>
  [404, 412].includes(statusOf(error) ?? 0) && !isNoBucket(error);
const isNoBucket = (error: unknown): boolean => (error as Failed).name === 'NoSuchBucket';

/** Nothing was sent. */
const NO_CREDENTIALS: ReadonlySet<string | undefined> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
]);

const isTriedAgain = (error: unknown): boolean => {
  const status = statusOf(error);
  if (NO_CREDENTIALS.has((error as Failed).name)) return false;
  // 409: another write of the key was under way
  return status === undefined || status === 409 || status === 429 || status >= 500;
};

/** Loads the AWS SDK. */
export async function openStoredObjects({
  bucket,
  ...options
}: Omit<S3ConnectionOptions, 'concurrency' | 'maxAttempts'> & {
  readonly bucket: string;
}): Promise<StoredObjects> {
  const sdk = await import('@aws-sdk/client-s3');
  const { endpointUrl, profile, proxy, pathStyle, region } = options;
  const handler = await httpHandlers({ connections: 2, connectMs: 10_000, headersMs: 60_000, proxy });
  const config: S3ClientConfig = {
    ...(profile !== undefined && { profile }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    forcePathStyle: pathStyle ?? endpointUrl !== undefined,
    // a body can be read once, so that each attempt is made here with a fresh one
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: SILENT,
  };
  const create = (of: string | undefined) =>
    new sdk.S3Client({
      ...config,
      ...(of !== undefined && { region: of }),
      requestHandler: handler() as unknown as NonNullable<S3ClientConfig['requestHandler']>,
    });
  let client = await createClient(create, region);

  /** Makes a request, again where that may help. `inDoubt`: whether an attempt before may have been carried out. */
  async function attempted<T>(key: string, request: (inDoubt: boolean) => Promise<T>): Promise<T> {
    let inDoubt = false;
    let moved = false;
    for (let tried = 1; ; tried++) {
      try {
        return await request(inDoubt);
      } catch (error) {
        if (error instanceof SyncError) throw error;
        const told = regionFromError(error);
        if (told !== undefined && !moved) {
          moved = true;
          client.destroy();
          client = create(told);
          continue;
        }
        if (tried >= ATTEMPTS || !isTriedAgain(error)) throw storeError(error, { bucket, key, endpointUrl });
        inDoubt ||= statusOf(error) !== 429 && statusOf(error) !== 409;
        await pause(FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + Math.random()));
      }
    }
  }

  /** Ceph compares an ETag as it is written in `If-Match`, and knows its own without the quotes. */
  let isQuoted = true;

  /** What a write is that was refused for its condition: done by an attempt before, refused for its quotes alone, or refused. */
  async function judge(key: string, { id, expected, inDoubt }: Write): Promise<Judged> {
    const found = await client
      .send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }))
      .catch(ignoreMissing);
    if (inDoubt && found?.Metadata?.[WRITTEN_BY] === id && found.ETag !== undefined)
      return { is: 'done', version: found.ETag };
    const isSame = expected !== undefined && found?.ETag === expected;
    return { is: isSame && isQuoted ? 'misread' : 'refused' };
  }

  async function write(key: string, body: ObjectBody, about: Write): Promise<string | undefined> {
    const { id, expected } = about;
    const match = isQuoted ? expected : expected?.replaceAll('"', '');
    const command = new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: Readable.from(body.open(), { objectMode: false }),
      ContentLength: body.size,
      ContentType: 'application/octet-stream',
      Metadata: { [WRITTEN_BY]: id },
      ...(match === undefined ? { IfNoneMatch: '*' } : { IfMatch: match }),
    });
    try {
      const { ETag } = await client.send(command);
      if (ETag === undefined) throw strange(bucket, key);
      return ETag;
    } catch (error) {
      if (!isOtherVersion(error)) throw error;
    }
    const judged = await judge(key, about);
    if (judged.is !== 'misread') return judged.version;
    isQuoted = false;
    return write(key, body, about);
  }

  return {
    get: (key) =>
      attempted(key, async () => {
        const found = await client
          .send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }))
          .catch(ignoreMissing);
        if (found === undefined) return undefined;
        if (found.ETag === undefined || found.Body === undefined) throw strange(bucket, key);
        return { version: found.ETag, body: found.Body as unknown as AsyncIterable<Uint8Array> };
      }),
    put(key, body, expected) {
      const id = randomBytes(12).toString('hex');
      return attempted(key, (inDoubt) => write(key, body, { id, expected, inDoubt }));
    },
    close: () => client.destroy(),
  };
}

function ignoreMissing(error: unknown): undefined {
  if (statusOf(error) === 404 && !isNoBucket(error)) return undefined;
  throw error;
}

const strange = (bucket: string, key: string): SyncError =>
  new SyncError(
    'source_failed',
    `s3://${bucket}/${key}: the answer is not one that S3 gives; check --endpoint-url`,
    {
      verdict: 'end_run',
    },
  );

function storeError(
  error: unknown,
  {
    bucket,
    key,
    endpointUrl,
  }: { readonly bucket: string; readonly key: string; readonly endpointUrl: string | undefined },
): SyncError {
  const place = `s3://${bucket}/${key}`;
  if (statusOf(error) === 403)
    return new SyncError(
      'source_unauthorised',
      `cannot use ${place}: access is denied; the credentials need s3:GetObject and s3:PutObject there, and s3:ListBucket on the bucket so that S3 says that a key is missing`,
      { verdict: 'end_run', fact: 'unauthorised' },
    );
  if (isNoBucket(error))
    return new SyncError('config', `cannot use ${place}: there is no such bucket`, { verdict: 'end_run' });
  const read = s3Error(error, { operation: 'read', bucket, key, endpointUrl });
  return new SyncError(read.code, `cannot use ${place}: ${read.message}`, {
    verdict: 'end_run',
    ...(read.fact !== undefined && { fact: read.fact }),
  });
}
