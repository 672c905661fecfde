import type { Source } from '../../model/ports.ts';
import type { SourceAddress } from '../addresses.ts';
import type { Environment } from '../environment.ts';
import { hasCredentials } from '../../cli/flags/flag-values.ts';
import { AWS_CREDENTIALS, bucketFlagIn, type SourceFlags } from '../../cli/flags/source-flags.ts';
import { configError, usageError } from '../usage-errors.ts';

/** The source an address names. What a bucket needs, the AWS SDK above all, is loaded for a bucket only. */
export async function openSource(
  address: SourceAddress,
  flags: SourceFlags,
  environment: Environment,
  concurrency: number,
): Promise<Source> {
  if (address.kind === 'local') {
    const alien = bucketFlagIn(flags);
    if (alien !== undefined) throw usageError(`${alien} is for an s3:// source; SOURCE is a directory`);
    const { openLocalSource } = await import('../../sources/local/local-source.ts');
    return openLocalSource({ root: address.root, followSymlinks: flags.followSymlinks ?? false });
  }
  if (flags.followSymlinks) throw usageError('--follow-symlinks is for a directory; a bucket has no links');
  if (environment.s3EndpointUrl !== undefined && hasCredentials(environment.s3EndpointUrl))
    throw configError(
      `AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL has a user or a password before its "@": leave them out; ${AWS_CREDENTIALS}`,
    );
  const [{ parseS3Address }, { openS3Source }, { collectBuffers }] = await Promise.all([
    import('../../sources/s3/address.ts'),
    import('../../sources/s3/s3-source.ts'),
    import('../../cli/process/collect-buffers.ts'),
  ]);
  return openS3Source({
    ...parseS3Address(address.address),
    region: flags.region,
    profile: flags.profile,
    // The SDK knows the variables too, but would neither put the bucket in the path nor tell the label where it is.
    endpointUrl: flags.endpointUrl ?? environment.s3EndpointUrl,
    pathStyle: flags.pathStyle,
    noSignRequest: !flags.signRequest,
    requestPayer: flags.requestPayer !== undefined,
    queueUrl: flags.sqsQueue,
    proxy: environment.proxy,
    onBytes: collectBuffers(),
    concurrency,
  });
}
