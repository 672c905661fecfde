import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { SyncError } from '../../../model/errors.ts';
import type { ProxySettings } from '../../../http/proxy.ts';
import { httpHandlers } from './sdk-http-handler.ts';
import type { ProgressLimits } from '../../../http/progress-watch.ts';
import { wholeBody } from '../listing/whole-body.ts';
import { readAnswers } from './read-answers.ts';
import { trimMiddleware } from './trim-middleware.ts';

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
  /** Default: none. The environment is not looked at. */
  readonly proxy?: ProxySettings | undefined;
  /** How many objects are read at the same time. */
  readonly concurrency: number;
  /** Attempts for one request, the first included. Default 6. */
  readonly maxAttempts?: number | undefined;
  /** How slowly an answer may come before it is broken off. Default 16 KiB a minute. */
  readonly progress?: ProgressLimits | undefined;
}

/** Requests for listing that run beside those for reading. */
export const LIST_STREAMS = 4;

/** Used until the bucket's own region is known, and by servers that do not care. */
export const FALLBACK_REGION = 'us-east-1';

/** A client that knows the region to start with. */
export async function createClient(
  create: (region: string | undefined) => S3Client,
  region: string | undefined,
): Promise<S3Client> {
  const created = create(region);
  try {
    await created.config.region();
    return created;
  } catch {
    created.destroy();
    return create(FALLBACK_REGION);
  }
}

/** Loads the SDK's HTTP client. */
export async function regionalClients(
  sdk: Sdk,
  options: S3ConnectionOptions,
): Promise<(region: string | undefined) => S3Client> {
  const createHandler = await httpHandlers({
    // With fewer connections than readers, reads wait for one another, and a listing waits for reads. Probes for split
    // points come on top of the listing streams.
    connections: options.concurrency + LIST_STREAMS + 2,
    connectMs: 10_000,
    headersMs: 60_000,
    proxy: options.proxy,
    progress: options.progress,
  });
  const config: S3ClientConfig = {
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.endpointUrl === undefined ? {} : { endpoint: checkedEndpoint(options.endpointUrl) }),
    forcePathStyle: options.pathStyle ?? options.endpointUrl !== undefined,
    // "standard" backs off with full jitter and stops when most requests fail. "adaptive" would slow a whole client down
    // for minutes after one SlowDown; the engine lowers its concurrency by itself. Six attempts, not three, because a
    // listing that breaks off has to begin again.
    retryMode: 'standard',
    maxAttempts: options.maxAttempts ?? 6,
    logger: SILENT,
    // Each checksum is compared while the bytes are read (reading/checksum.ts): the SDK need not do it as well.
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Also of the bodies that the SDK reads: an error's, for example.
    streamCollector: wholeBody,
    ...(options.noSignRequest === true ? UNSIGNED : {}),
  };
  return (region) => {
    const client = new sdk.S3Client({
      ...config,
      ...(region === undefined ? {} : { region }),
      // It answers as the SDK wants; the types of its options are wider than those that we ever give.
      requestHandler: createHandler() as unknown as NonNullable<S3ClientConfig['requestHandler']>,
    });
    trimMiddleware(client);
    readAnswers(client);
    return client;
  };
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
