import { relative, resolve } from 'node:path';
import type { PlaceAddress } from '../addresses.ts';
import { AWS_CREDENTIALS, hasCredentials, type S3Authority } from '../authority.ts';
import type { Environment } from '../environment.ts';
import { realPath } from '../real-path.ts';
import { configError, usageError } from '../usage-errors.ts';
import type { CopyStore } from './copy-store.ts';
import { openDirectoryStore } from './directory-store.ts';
import type { Term } from './term.ts';

export interface StoreSettings {
  /** As typed: a directory, or `s3://BUCKET/PREFIX`. */
  readonly address: string;
  /** The folder from which a relative directory is read. */
  readonly folder: string;
  readonly s3: S3Authority;
  readonly environment: Environment;
  /** A copy in a local source would be synced. */
  readonly source: PlaceAddress;
  /** The leadership in which copies are put, where there is an election. */
  readonly term?: Term | undefined;
}

/** Opens the place for copies of ledgers. Rejects with `usage` or `config` an address that cannot be used; loads the AWS SDK for a bucket only. */
export async function openCopyStore({
  address,
  folder,
  s3,
  environment,
  source,
  term,
}: StoreSettings): Promise<CopyStore> {
  if (address.startsWith('s3://')) return openBucketStore(address, s3, environment);
  if (address === '' || address.includes('://'))
    throw usageError('--ledger-copy takes a directory, or s3://BUCKET/PREFIX');
  const directory = resolve(folder, address);
  if (source.kind === 'local' && isInside(directory, source.root))
    throw usageError(
      `--ledger-copy ${directory} lies in the source, so that copies would be synced; name a directory elsewhere`,
    );
  return openDirectoryStore(directory, { term });
}

function isInside(path: string, root: string): boolean {
  const way = relative(realPath(root), realPath(path));
  return way === '' || !(way === '..' || way.startsWith('../') || resolve(way) === way);
}

async function openBucketStore(text: string, s3: S3Authority, environment: Environment): Promise<CopyStore> {
  const endpointUrl = s3.endpointUrl ?? environment.s3EndpointUrl;
  if (endpointUrl !== undefined && hasCredentials(endpointUrl))
    throw configError(
      `the S3 endpoint has a user or a password before its "@": leave them out; ${AWS_CREDENTIALS}`,
    );
  const [{ parseS3Address, formatS3Address }, { openStoredObjects }] = await Promise.all([
    import('../../sources/s3/address.ts'),
    import('../../sources/s3/requests/stored-objects.ts'),
  ]);
  const { bucket, prefix } = parseS3Address(text);
  const objects = await openStoredObjects({
    bucket,
    endpointUrl,
    region: s3.region,
    profile: s3.profile,
    pathStyle: s3.pathStyle,
    proxy: environment.proxy,
  });
  return {
    label: formatS3Address({ bucket, prefix }),
    get: (name) => objects.get(prefix + name),
    put: (name, body, expected) => objects.put(prefix + name, body, expected),
    close: () => objects.close(),
  };
}
