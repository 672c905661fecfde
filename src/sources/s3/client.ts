import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { SyncError } from '../../model/errors.ts';

type Sdk = typeof import('@aws-sdk/client-s3');

/** How to reach the bucket. What is left out comes from the AWS environment and its configuration files. */
export interface S3ConnectionOptions {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** An S3-compatible server: `http://host:port`. */
  readonly endpointUrl?: string | undefined;
  /** Bucket in the path, not in the host name. Default: true with `endpointUrl`, else false. */
  readonly pathStyle?: boolean | undefined;
  /** Send requests without a signature, for public buckets. */
  readonly noSignRequest?: boolean | undefined;
  /** How many objects are read at the same time. */
  readonly concurrency: number;
  /** Attempts for one request, the first included. Default 6. */
  readonly maxAttempts?: number | undefined;
}

/** Requests for listing that run beside those for reading. */
export const LIST_STREAMS = 4;

/** Used until the bucket's own region is known, and by servers that do not care. */
export const FALLBACK_REGION = 'us-east-1';

/** A client that knows the region to start with. */
export async function createClient(sdk: Sdk, options: S3ConnectionOptions): Promise<S3Client> {
  const client = clientFor(sdk, options, options.region);
  try {
    await client.config.region();
    return client;
  } catch {
    client.destroy();
    return clientFor(sdk, options, FALLBACK_REGION);
  }
}

export function clientFor(sdk: Sdk, options: S3ConnectionOptions, region: string | undefined): S3Client {
  // The SDK's own limit is 50 sockets; with fewer sockets than readers, reads wait for one another, and a listing waits
  // for reads. Probes for split points come on top of the listing streams.
  const maxSockets = options.concurrency + LIST_STREAMS + 2;
  const config: S3ClientConfig = {
    ...(region === undefined ? {} : { region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.endpointUrl === undefined ? {} : { endpoint: checkedEndpoint(options.endpointUrl) }),
    forcePathStyle: options.pathStyle ?? options.endpointUrl !== undefined,
    // The middleware stack is built once, not for every request: a quarter less CPU.
    cacheMiddleware: true,
    // "standard" backs off with full jitter and stops when most requests fail. "adaptive" would slow a whole client down
    // for minutes after one SlowDown; the engine lowers its concurrency by itself. Six attempts, not three, because a
    // listing that breaks off has to begin again.
    retryMode: 'standard',
    maxAttempts: options.maxAttempts ?? 6,
    logger: SILENT,
    requestHandler: {
      logger: SILENT,
      connectionTimeout: 10_000,
      // Until the headers are there.
      requestTimeout: 60_000,
      throwOnRequestTimeout: true,
      // A socket is idle as long as Stage takes its time with the bytes. Who waits for bytes watches the time (read.ts).
      socketTimeout: 0,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
    ...(options.noSignRequest === true ? UNSIGNED : {}),
  };
  return new sdk.S3Client(config);
}

const nothing = (): void => undefined;
/** The SDK would print warnings to the terminal. */
export const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

const UNSIGNED: S3ClientConfig = {
  credentials: { accessKeyId: 'unsigned', secretAccessKey: 'unsigned' },
  signer: { sign: (request) => Promise.resolve(request) },
};

function checkedEndpoint(endpointUrl: string): string {
  if (URL.canParse(endpointUrl) && /^https?:$/.test(new URL(endpointUrl).protocol)) return endpointUrl;
  throw new SyncError(
    'usage',
    'the endpoint URL is not valid; write it as https://host or http://host:port',
    {
      verdict: 'end_run',
    },
  );
}

interface Redirect {
  readonly Region?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * The bucket's region, when a failed request tells it: S3 answers 301 or 400 with it in a header, compatible servers in
 * the error's XML. The SDK can follow too, but it would send every request twice.
 */
export function regionFromError(error: unknown): string | undefined {
  const { Region, $metadata, $response } = error as Redirect;
  const status = $metadata?.httpStatusCode;
  if (status !== 301 && status !== 307 && status !== 400) return undefined;
  const region = $response?.headers?.['x-amz-bucket-region'] ?? Region;
  return typeof region === 'string' && /^[a-z0-9-]+$/.test(region) ? region : undefined;
}
