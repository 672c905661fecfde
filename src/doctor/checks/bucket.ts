import { bucketFlagIn } from '../../jobs/authority.ts';
import { openSource } from '../../jobs/ends/open-source.ts';
import type { Surroundings } from '../../jobs/surroundings.ts';
import type { FileEntry } from '../../model/entry.ts';
import { messageOf } from '../../model/errors.ts';
import type { Source } from '../../model/ports.ts';
import { failure, ok, warning, type Check, type Finding } from '../check.ts';

/** Each bucket that is named: its credentials, and the rights to list and to read. */
export const bucket: Check = {
  name: 'S3',
  concerns: ({ places }) => places.some(({ kind }) => kind === 's3'),
  async examine({ places, around }, signal) {
    const found: Finding[] = [];
    for (const place of places)
      if (place.kind === 's3') found.push(...(await examineBucket(place.address, around, signal)));
    return found;
  },
};

/** Few keys are enough to see that listing works, and to find an object. */
const PAGE = 10;

async function examineBucket(address: string, around: Surroundings, signal: AbortSignal): Promise<Finding[]> {
  const { authority, environment, folder } = around;
  const credentials = credentialsOf(around);
  let source: Source | undefined;
  try {
    source = await openSource(
      { kind: 's3', address },
      { s3: authority.s3, environment, folder, followSymlinks: false, pageSize: PAGE, concurrency: 1 },
    );
    const object = await firstObject(source, signal);
    if (object === undefined)
      return [
        warning(
          `${address} can be listed, and has no object (credentials: ${credentials})`,
          'is the prefix right? A sync refuses an empty source',
        ),
      ];
    const listed = ok(`${address} can be listed (credentials: ${credentials})`);
    return [listed, await readable(source, object, signal)];
  } catch (error) {
    return [
      failure(
        error,
        `the credentials are from ${credentials}; they need s3:ListBucket and s3:GetObject on the bucket`,
      ),
    ];
  } finally {
    await source?.close();
  }
}

async function firstObject(source: Source, signal: AbortSignal): Promise<FileEntry | undefined> {
  const filter = { excludes: () => false, prunes: () => false };
  for await (const entries of source.list({ filter, signal }))
    for (const entry of entries) if (entry.kind === 'file') return entry;
  return undefined;
}

/** The first bytes of one object are read, no more. */
async function readable(source: Source, object: FileEntry, signal: AbortSignal): Promise<Finding> {
  try {
    const content = await source.read(object, { signal });
    if ('chunks' in content) for await (const _ of content.chunks) break;
    return ok('an object of it can be read');
  } catch (error) {
    signal.throwIfAborted();
    return failure(
      error,
      `the bucket can be listed, and ${messageOf(error) === '' ? 'not read' : 'its objects not read'}: the credentials need s3:GetObject, and kms:Decrypt where a KMS key is in use`,
    );
  }
}

/** Where the credentials come from, as far as it can be told without looking at them. */
function credentialsOf({ authority: { s3 } }: Surroundings): string {
  if (s3.signRequest === false) return 'none, by --no-sign-request';
  if (s3.profile !== undefined) return `the AWS profile ${s3.profile}`;
  return bucketFlagIn(s3) === undefined
    ? 'where the AWS tools look'
    : 'where the AWS tools look, with the flags given';
}
