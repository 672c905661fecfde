import type { ByteStream } from '../../http/streamed-exchange.ts';
import type { Checksum } from './reading/checksum.ts';

export type { ByteStream };

/** One object as ListObjectsV2 gives it, decoded. */
export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without its quotes; undefined when the server gives none. */
  readonly etag: string | undefined;
  readonly modifiedMs: number | undefined;
  /** 'STANDARD', 'GLACIER', …; undefined when the server gives none. */
  readonly storageClass: string | undefined;
  /** Whether a readable copy of an archived object exists for the time being. */
  readonly restored: 'no' | 'running' | 'yes';
}

export interface ListQuery {
  readonly prefix: string;
  /** Only the direct children; deeper keys come as `prefixes`. */
  readonly delimiter?: '/';
  /** Keys after this one, exclusive. Not together with `token`. */
  readonly startAfter?: string | undefined;
  /** Goes on where the page with this `next` ended. */
  readonly token?: string | undefined;
  readonly maxKeys?: number;
}

export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** Common prefixes, where a delimiter was given. */
  readonly prefixes: readonly string[];
  readonly truncated: boolean;
  readonly next: string | undefined;
}

/** The answer to one GetObject: the bytes from the asked offset to the end of the object. */
export interface ObjectBody {
  readonly stream: ByteStream;
  /** Bytes of the whole object, when the answer tells. */
  readonly totalSize: number | undefined;
  readonly etag: string | undefined;
  /** When the object was made, in milliseconds since 1970 and often in whole seconds, when the answer tells. */
  readonly modifiedMs: number | undefined;
  /** For the bytes of the whole object, when the answer brings one and begins at the first byte. */
  readonly checksum: Checksum | undefined;
}

/** The two requests a source needs. Both reject with a SyncError, or with the signal's reason. */
export interface S3Bucket {
  readonly name: string;
  listPage(query: ListQuery, signal: AbortSignal): Promise<ListPage>;
  /** Bytes from `start` on of the object, if it still has this ETag. */
  getObject(key: string, etag: string, start: number, signal: AbortSignal): Promise<ObjectBody>;
  close(): void;
}
