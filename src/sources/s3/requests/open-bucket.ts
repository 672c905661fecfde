import type { S3Client } from '@aws-sdk/client-s3';
import type { ListPage, ListQuery, ObjectBody, S3Bucket } from '../bucket.ts';
import { createClient, regionFromError, regionalClients } from './client.ts';
import type { S3ConnectionOptions } from './client.ts';
import { s3Error } from '../s3-errors.ts';
import { bucketRequests } from './bucket-requests.ts';
import type { BucketRequests, RequestOptions } from './bucket-requests.ts';

export type BucketOptions = S3ConnectionOptions & RequestOptions;

/** The bucket, wherever it is. The AWS SDK and the HTTP client are loaded here and nowhere else. */
export async function openBucket(options: BucketOptions): Promise<S3Bucket> {
  const [sdk, crcClasses] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/checksums/crc'),
  ]);
  const { bucket, endpointUrl, customerKey } = options;
  const byKey = customerKey === undefined ? withoutKey : withKeyWhereWanted();
  const createRegional = await regionalClients(sdk, options);

  interface Regional {
    readonly client: S3Client;
    readonly requests: BucketRequests;
  }
  const open = (client: S3Client): Regional => ({
    client,
    requests: bucketRequests(sdk, crcClasses, client, options),
  });
  const regions = [open(await createClient(createRegional, options.region))];

  /** Asks in the region known last, and once more after S3 told that the bucket is in another one. */
  async function ask<Output>(request: (requests: BucketRequests) => Promise<Output>): Promise<Output> {
    const used = regions.at(-1)!;
    try {
      return await request(used.requests);
    } catch (error) {
      const region = regionFromError(error);
      if (region === undefined) throw error;
      // Another request may have learnt the region in the meantime.
      if (used === regions.at(-1)) {
        if (regions.length > 1 || region === (await used.client.config.region())) throw error;
        regions.push(open(createRegional(region)));
      }
      return request(regions.at(-1)!.requests);
    }
  }

  return {
    name: bucket,

    async listPage(query: ListQuery, signal: AbortSignal): Promise<ListPage> {
      signal.throwIfAborted();
      try {
        return await ask((requests) => requests.list(query, signal));
      } catch (error) {
        signal.throwIfAborted();
        throw s3Error(error, { operation: 'list', bucket, endpointUrl });
      }
    },

    async getObject(key: string, etag: string, start: number, signal: AbortSignal): Promise<ObjectBody> {
      signal.throwIfAborted();
      try {
        return await byKey((withKey) =>
          ask((requests) => requests.get({ key, etag, start, withKey }, signal)),
        );
      } catch (error) {
        signal.throwIfAborted();
        throw s3Error(error, { operation: 'read', bucket, key, endpointUrl });
      }
    },

    close(): void {
      for (const { client } of regions) client.destroy();
    },
  };
}

type Ask = <Output>(get: (withKey: boolean) => Promise<Output>) => Promise<Output>;

const withoutKey: Ask = (get) => get(false);

/**
 * A bucket may hold objects that their writer encrypted with a key of its own, and others: S3 refuses a read with a key that
 * the object has no use for. Such a read is made again the other way, and the way that worked comes first for the next object.
 */
function withKeyWhereWanted(): Ask {
  let keyFirst = true;
  return async (get) => {
    const withKey = keyFirst;
    try {
      return await get(withKey);
    } catch (error) {
      if (!saysOtherwise(error)) throw error;
      try {
        const output = await get(!withKey);
        keyFirst = !withKey;
        return output;
      } catch (second) {
        throw saysOtherwise(second) ? error : second;
      }
    }
  };
}

/** What S3 and MinIO (InvalidRequest) and Ceph (InvalidArgument) say to a read with a key too many, or one too few. */
const saysOtherwise = (error: unknown): boolean =>
  /^Invalid(?:Request|Argument)$/.test((error as { name?: string }).name ?? '');
