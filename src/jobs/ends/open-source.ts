import { mostLanesOf } from '../../remote/gate/lanes.ts';
import type { Concurrency } from '../../remote/gate/lanes.ts';
import type { Source } from '../../model/ports.ts';
import type { SourceAddress } from '../addresses.ts';
import { AWS_CREDENTIALS, hasCredentials, type S3Authority } from '../authority.ts';
import type { Environment } from '../environment.ts';
import { readCustomerKey } from './customer-key.ts';
import { configError } from '../usage-errors.ts';

export interface OpenSourceOptions {
  readonly s3: S3Authority;
  readonly environment: Environment;
  /** Where relative names of files begin. */
  readonly folder: string;
  readonly followSymlinks: boolean;
  /** What is done with archived objects of a bucket. Default: 'report'. */
  readonly archived?: 'report' | 'ignore' | 'transfer' | undefined;
  /** Keys in a page of a bucket's listing. */
  readonly pageSize?: number | undefined;
  /** Requests at the same time, of a bucket. */
  readonly concurrency: Concurrency;
  readonly collectBuffers?: (() => (bytes: number) => void) | undefined;
}

/** The source an address names. What a bucket needs, the AWS SDK above all, is loaded for a bucket only. */
export function openSource(address: SourceAddress, options: OpenSourceOptions): Promise<Source> {
  switch (address.kind) {
    case 'local':
      return openDirectory(address.root, options);
    case 's3':
      return openBucket(address.address, options);
    default:
      return address satisfies never;
  }
}

async function openDirectory(root: string, { followSymlinks }: OpenSourceOptions): Promise<Source> {
  const { openLocalSource } = await import('../../sources/local/local-source.ts');
  return openLocalSource({ root, followSymlinks });
}

async function openBucket(
  address: string,
  { s3, environment, folder, concurrency, archived, pageSize, collectBuffers }: OpenSourceOptions,
): Promise<Source> {
  refuseCredentials('the S3 endpoint', s3.endpointUrl);
  refuseCredentials('AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL', environment.s3EndpointUrl);
  const [{ parseS3Address }, { openS3Source }] = await Promise.all([
    import('../../sources/s3/address.ts'),
    import('../../sources/s3/s3-source.ts'),
  ]);
  return openS3Source({
    ...parseS3Address(address),
    region: s3.region,
    profile: s3.profile,
    // The SDK reads the variables too, but then it would not put the bucket into the path, and the label of the
    // source would not name the endpoint.
    endpointUrl: s3.endpointUrl ?? environment.s3EndpointUrl,
    pathStyle: s3.pathStyle,
    noSignRequest: s3.signRequest === false,
    requestPayer: s3.requestPayer !== undefined,
    queueUrl: s3.sqsQueue,
    customerKey: readCustomerKey({ s3, environment, folder }),
    archived,
    pageSize,
    proxy: environment.proxy,
    onBytes: collectBuffers?.(),
    concurrency: mostLanesOf(concurrency),
  });
}

function refuseCredentials(name: string, url: string | undefined): void {
  if (url !== undefined && hasCredentials(url))
    throw configError(`${name} has a user or a password before its "@": leave them out; ${AWS_CREDENTIALS}`);
}
