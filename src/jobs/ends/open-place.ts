import { openFileLimit } from '../../disk/open-files.ts';
import type { Source } from '../../model/ports.ts';
import { mostLanesOf, mostLanesWithin, type Concurrency } from '../../remote/gate/lanes.ts';
import { EMBEDDED, folderPath, type PlaceAddress } from '../addresses.ts';
import { checkEmbedded } from '../check-job.ts';
import { bucketFlagIn } from '../authority.ts';
import { usageError } from '../usage-errors.ts';
import type { Surroundings } from '../surroundings.ts';
import { openSource, type OpenSourceOptions } from './open-source.ts';
import { openStageToLook } from './open-stage-to-look.ts';

export interface OpenPlaceOptions {
  readonly followSymlinks?: boolean | undefined;
  /** Stage requests at the same time. Default: 'auto'. */
  readonly concurrency?: Concurrency | undefined;
  /** Milliseconds; see useToLook. */
  readonly maxWaitMs?: number | undefined;
  /** Of a bucket; see openSource. */
  readonly archived?: OpenSourceOptions['archived'];
  readonly pageSize?: number | undefined;
}

/** A place that is open to be looked at: all of it can be listed and read, and nothing of it changed. */
export interface OpenPlace {
  readonly source: Source;
  /** Files that are worth reading at the same time, as of now. */
  readonly lanes: () => number;
}

/** Refuses flags for a bucket where no address is one. `names`: what the command calls its addresses. */
export function checkBucketFlags(
  addresses: readonly PlaceAddress[],
  { authority }: Surroundings,
  names: string,
): void {
  const flag = bucketFlagIn(authority.s3);
  if (flag !== undefined && addresses.every(({ kind }) => kind !== 's3'))
    throw usageError(`${flag} is for an s3:// address, and ${names} one`);
}

/** Files of a disk; more at the same time wait for the disk itself. */
const LOCAL_LANES = 8;
/** Objects of a bucket. */
const S3_LANES = 32;

/**
 * Opens the folder, prefix or Stage folder that an address names. `opened` closes it. Rejects with `usage` for flags that
 * the embedded Stage has no use for, with `config` without a token, and as openSource does.
 */
export async function openPlace(
  opened: AsyncDisposableStack,
  address: PlaceAddress,
  around: Surroundings,
  options: OpenPlaceOptions = {},
): Promise<OpenPlace> {
  const { concurrency: asked = 'auto', followSymlinks = false, maxWaitMs, archived, pageSize } = options;
  const most = mostLanesWithin(openFileLimit());
  if (address.kind !== 'stage') {
    const concurrency = mostLanesOf(asked, most);
    const { authority, environment, folder, collectBuffers } = around;
    const source = await openSource(address, {
      s3: authority.s3,
      environment,
      folder,
      followSymlinks,
      concurrency,
      archived,
      pageSize,
      collectBuffers,
    });
    opened.defer(() => source.close());
    const usual = address.kind === 's3' ? S3_LANES : LOCAL_LANES;
    return { source, lanes: () => Math.min(usual, concurrency) };
  }
  if (address.deployment === EMBEDDED) checkEmbedded(around.authority);
  const [{ destinationAsSource }, destination] = await Promise.all([
    import('../../sources/stage/destination-as-source.ts'),
    openStageToLook(around, {
      address,
      root: folderPath(address),
      concurrency: asked === 'auto' ? asked : Math.min(asked, most),
      maxWaitMs,
    }),
  ]);
  const lanes = (): number => destination.lanes;
  // listings are small and all are wanted: asking for more than can be under way keeps all slots busy
  const source = destinationAsSource({ destination, lookAhead: () => lanes() * 2 });
  opened.defer(() => source.close());
  return { source, lanes };
}
