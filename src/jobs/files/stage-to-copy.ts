import { openFileLimit } from '../../disk/open-files.ts';
import type { Children } from '../../model/children.ts';
import type { NameFolding } from '../../model/name-folding.ts';
import type { RelPath } from '../../model/path.ts';
import type { CallOptions, Destination, Source } from '../../model/ports.ts';
import { mostLanesWithin } from '../../remote/gate/lanes.ts';
import type { RetryingDestination } from '../../remote/retrying-destination.ts';
import { withRoot } from '../../remote/wrapped-destinations.ts';

export interface StageToCopyOptions {
  /** Listings that were just made; each counts once. */
  readonly known: Map<RelPath, Children>;
  readonly folding: () => Promise<NameFolding>;
}

/** A folder of a Stage as a source that is copied from. */
export async function stageToCopy(
  stage: RetryingDestination,
  root: RelPath,
  { known, folding }: StageToCopyOptions,
): Promise<Source> {
  const { destinationAsSource } = await import('../../sources/stage/destination-as-source.ts');
  const most = mostLanesWithin(openFileLimit());
  // looks that end the reading of a file, or begin others, go before the readings that wait
  const urgent = <Call extends CallOptions>(call: Call) => ({ ...call, priority: 'urgent' }) as const;
  const reader: Destination = {
    ...withRoot(stage, root),
    stat: (path, call) => stage.stat(path, urgent(call)),
    async listFolder(folder, call) {
      const children = known.get(folder);
      known.delete(folder);
      return children ?? stage.listFolder(folder, urgent(call));
    },
  };
  return destinationAsSource({
    destination: reader,
    folding,
    // who copies removes nothing, so that what cannot be named is of no account to the others
    showsTheRest: true,
    // listings are small and all are wanted: asking for more than can be under way keeps all slots busy
    lookAhead: () => Math.min(stage.lanes, most) * 2,
  });
}
