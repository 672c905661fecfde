import type { FileEntry, SourceEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { CallOptions, Content, ListOptions, PathFilter, Source } from '../../model/ports.ts';
import { formatS3Address } from './address.ts';
import type { S3Address } from './address.ts';
import type { S3Bucket } from './bucket.ts';
import { LIST_STREAMS } from './requests/client.ts';
import { EntryReader, prunedFolderOf } from './entries.ts';
import type { EntryOptions } from './entries.ts';
import { hostOf } from './s3-errors.ts';
import { listChildren } from './listing/list-children.ts';
import { listObjects } from './listing/list-objects.ts';
import { Mismatches } from './reading/mismatches.ts';
import { etagOf } from './object-version.ts';
import { openBucket } from './requests/open-bucket.ts';
import type { BucketOptions } from './requests/open-bucket.ts';
import { parseQueueUrl } from './queue/queue-url.ts';
import { openVersion } from './reading/open-version.ts';
import { readObject } from './reading/read-object.ts';
import { RESUME_LIMITS } from './reading/read-options.ts';
import type { ResumeLimits } from './reading/read-options.ts';
import type { QueueTiming } from './queue/watch-queue.ts';

export interface S3SourceOptions extends BucketOptions {
  /** '' or ending in '/'; see parseS3Address. */
  readonly prefix: string;
  /** Listing requests at the same time for a large bucket. Default 4; 1 lists page by page. */
  readonly listStreams?: number | undefined;
  readonly resume?: Partial<ResumeLimits> | undefined;
  /** What is done with archived objects; see EntryOptions. */
  readonly archived?: EntryOptions['archived'];
  /** Told of the bytes of objects as they arrive. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** The SQS queue that the bucket's notifications go to; without it the source cannot be watched. */
  readonly queueUrl?: string | undefined;
  readonly queueTiming?: Partial<QueueTiming> | undefined;
}

/**
 * Objects below a prefix. Nothing is requested before the first listing or read. Rejects with a SyncError `usage` for an
 * endpoint or a queue that is no URL, and when the profile cannot be read.
 */
export async function openS3Source(options: S3SourceOptions): Promise<Source> {
  const { queueUrl } = options;
  if (queueUrl === undefined) return s3Source(await openBucket(options), options);
  parseQueueUrl(queueUrl);
  const watch = watchThrough({ ...options, queueUrl });
  return s3Source(await openBucket(options), { ...options, watch });
}

/** Watches a bucket by the notifications in its queue. */
function watchThrough(
  options: S3SourceOptions & { readonly queueUrl: string },
): NonNullable<Source['watch']> {
  const { bucket, prefix, queueTiming: timing } = options;
  return async (onHint, { filter, signal }) => {
    const [{ openSqsQueue }, { watchQueue }] = await Promise.all([
      import('./queue/sqs-queue.ts'),
      import('./queue/watch-queue.ts'),
    ]);
    const queue = await openSqsQueue(options);
    return watchQueue({ queue, part: { bucket, prefix, filter }, onHint, signal, timing });
  };
}

export interface BucketSourceOptions extends Pick<
  S3SourceOptions,
  'prefix' | 'endpointUrl' | 'listStreams' | 'resume' | 'archived' | 'onBytes'
> {
  /** Absent where the bucket tells nobody of changes. */
  readonly watch?: Source['watch'];
}

/** The source over any bucket. */
export function s3Source(bucket: S3Bucket, options: BucketSourceOptions): Source {
  const { prefix, endpointUrl, listStreams = LIST_STREAMS } = options;
  const limits = {
    ...RESUME_LIMITS,
    ...options.resume,
    onBytes: options.onBytes,
    mismatches: new Mismatches(),
  };
  const entryOptions: EntryOptions = {
    classesAreNames: endpointUrl !== undefined && !isAmazon(endpointUrl),
    archived: options.archived,
  };
  const address: S3Address = { bucket: bucket.name, prefix };
  return {
    kind: 's3',
    traits: { isRemote: true, filesAppearWhole: true, sharesIdentities: true },
    // The same bucket name elsewhere is another bucket.
    label: formatS3Address(address) + (endpointUrl === undefined ? '' : ` at ${hostOf(endpointUrl)}`),

    async *list({ filter, signal }: ListOptions): AsyncGenerator<readonly SourceEntry[]> {
      signal.throwIfAborted();
      const reader = new EntryReader(prefix, filter, entryOptions);
      const prunedFolder = (key: string): string | undefined => prunedFolderOf(prefix, filter, key);
      for await (const objects of listObjects(bucket, {
        prefix,
        streams: listStreams,
        prunedFolder,
        signal,
      })) {
        const entries = reader.read(objects);
        if (entries.length > 0) yield entries;
      }
    },

    async listFolder(
      folder: RelPath,
      { filter, signal }: ListOptions,
    ): Promise<readonly SourceEntry[] | undefined> {
      const { objects, inhabited } = await listChildren(bucket, prefix + folder, signal);
      if (objects.length === 0) return folder === '' ? [] : undefined;
      const reader = new EntryReader(prefix, filter, { ...entryOptions, inhabited });
      return reader.read(objects).filter(({ path }) => path !== folder);
    },

    /** A listing of one key, so that the version comes from where all others come from. */
    async stat(path: RelPath, { signal }: CallOptions): Promise<FileEntry | undefined> {
      const { objects } = await bucket.listPage({ prefix: prefix + path, maxKeys: 1 }, signal);
      if (objects[0]?.key !== prefix + path) return undefined;
      const [entry] = new EntryReader(prefix, UNFILTERED, entryOptions).read(objects);
      return entry?.kind === 'file' ? entry : undefined;
    },

    read(entry: FileEntry, { signal }: CallOptions): Promise<Content> {
      const wanted = { key: prefix + entry.path, etag: etagOf(entry.version), size: entry.size };
      return readObject(bucket, wanted, limits, signal);
    },

    async readFrom(entry: FileEntry, offset: number, { signal }: CallOptions) {
      const wanted = { key: prefix + entry.path, etag: etagOf(entry.version), size: entry.size };
      return (await openVersion(bucket, wanted, { start: offset, signal })).stream;
    },

    ...(options.watch === undefined ? {} : { watch: options.watch }),

    close(): Promise<void> {
      bucket.close();
      return Promise.resolve();
    },
  };
}

/** Whether an endpoint is S3 itself: a VPC's, a dual-stack one, one of a region. */
const isAmazon = (endpointUrl: string): boolean =>
  URL.canParse(endpointUrl) &&
  /(^|\.)(amazonaws\.(com|com\.cn|eu)|api\.aws)$/.test(new URL(endpointUrl).hostname);

const UNFILTERED: PathFilter = { excludes: () => false, prunes: () => false };
