import type { Problem, SourceEntry } from '../../model/entry.ts';
import { isReservedName, type RelPath } from '../../model/path.ts';
import { nothingAtAddress, SyncError } from '../../model/errors.ts';
import type { Destination, PathFilter } from '../../model/ports.ts';
import { openFileLimit } from '../../disk/open-files.ts';
import type { DestinationEntry } from '../../remote/destination-entry.ts';
import { entryPages } from '../../remote/folder-entries.ts';
import { mostLanesWithin, type Concurrency } from '../../remote/gate/lanes.ts';
import { walkDestination } from '../../remote/walk-folders.ts';
import { withImpliedFolders } from '../../sync/compare/implied-folders.ts';
import { folderPath, type PlaceAddress } from '../addresses.ts';
import { openFilter } from '../filters/read-filters.ts';
import type { Surroundings } from '../surroundings.ts';
import { openFile } from './open-file.ts';
import { checkBucketFlags, openPlace } from './open-place.ts';
import { openStageToLook } from './open-stage-to-look.ts';

/** What a command that looks shows of a path, which is relative to the address; a folder's ends in '/'. */
export type ShownEntry =
  | {
      readonly kind: 'file';
      readonly path: RelPath;
      /** Bytes. */
      readonly size: number;
      /** Milliseconds since 1970, where the place tells. */
      readonly modifiedMs: number | undefined;
    }
  | { readonly kind: 'folder'; readonly path: RelPath }
  /** It cannot be listed, or could not be synced. */
  | { readonly kind: 'unknown'; readonly path: RelPath; readonly problem: Problem };

export interface ListPlaceOptions {
  /** Whether everything below is listed, or what lies directly there. */
  readonly recursive: boolean;
  /** The address as it was typed, for messages. */
  readonly text: string;
  /** Stage requests at the same time. Default: 'auto'. */
  readonly concurrency?: Concurrency | undefined;
  /** Milliseconds; see useToLook. */
  readonly maxWaitMs?: number | undefined;
}

/**
 * What is at an address, in path order: in a folder, or the one file. Of a Stage everything is shown, also what a sync leaves
 * alone; of a directory and a bucket what a sync would see. Memory does not grow with the number of files. `opened` closes
 * what was opened. Rejects where there is nothing, or where it cannot be listed to its end.
 */
export function listPlace(
  opened: AsyncDisposableStack,
  address: PlaceAddress,
  around: Surroundings,
  options: ListPlaceOptions,
): AsyncGenerator<readonly ShownEntry[], void> {
  checkBucketFlags([address], around, 'ADDRESS is not');
  return address.kind === 'stage'
    ? listStage(opened, address, around, options)
    : listSource(opened, address, around, options);
}

/** Everything on Stage is shown, also what a sync leaves alone. */
const NOTHING_HIDDEN: PathFilter = { excludes: () => false, prunes: () => false };

async function* listStage(
  opened: AsyncDisposableStack,
  address: Extract<PlaceAddress, { kind: 'stage' }>,
  around: Surroundings,
  { recursive, concurrency = 'auto', maxWaitMs }: ListPlaceOptions,
): AsyncGenerator<readonly ShownEntry[], void> {
  const { path } = address;
  const root = folderPath(address);
  const call = { signal: around.draining };
  const destination = await openStageToLook(around, { address, root, concurrency, maxWaitMs });
  opened.defer(() => destination.close());
  if (recursive) around.keepHeapSmall?.();
  const list = (folder: RelPath) => destination.listFolder(root + folder, call);
  const top = await list('');
  if (top !== undefined) {
    const most = mostLanesWithin(openFileLimit());
    const listing = recursive
      ? walkDestination(top, {
          list,
          filter: NOTHING_HIDDEN,
          words: destination.words,
          // listings are small and all are wanted: asking for more than can be under way keeps all slots busy
          lookAhead: () => Math.min(destination.lanes, most) * 2,
        })
      : entryPages('', top, NOTHING_HIDDEN);
    for await (const entries of listing) yield entries.flatMap(shownOnStage);
    return;
  }
  const file = path.endsWith('/') ? undefined : await destination.stat(path, call);
  if (file === undefined) throw nothingOnStage(destination, path);
  yield [{ kind: 'file', path: path.slice(path.lastIndexOf('/') + 1), ...file }];
}

/** What every command that looks says of a path that names nothing. `path` is one from the top of the Stage. */
export function nothingOnStage(
  { label, root }: Pick<Destination, 'label' | 'root'>,
  path: RelPath,
): SyncError {
  const top = label.slice(0, label.length - root.length);
  return new SyncError('stage_not_found', nothingAtAddress(top + path), { verdict: 'end_run' });
}

/** An unclear child may be a file or a folder; it is told once. */
function shownOnStage(entry: DestinationEntry): ShownEntry | readonly [] {
  switch (entry.kind) {
    case 'file':
    case 'folder':
      return entry;
    case 'unknown':
      return entry.covers === 'subtree' ? entry : [];
    case 'excluded':
      return [];
    default:
      return entry satisfies never;
  }
}

async function* listSource(
  opened: AsyncDisposableStack,
  address: Exclude<PlaceAddress, { kind: 'stage' }>,
  around: Surroundings,
  { recursive, text }: ListPlaceOptions,
): AsyncGenerator<readonly ShownEntry[], void> {
  const signal = around.draining;
  const file = address.kind === 'local' ? await openFile(opened, address, around) : undefined;
  if (file !== undefined) {
    yield [file.entry];
    return;
  }
  const { source } = await openPlace(opened, address, around);
  if (recursive) around.keepHeapSmall?.();
  const filter = openFilter([], address.kind === 'local' ? address.root : undefined);
  let isEmpty = true;
  const listing = recursive
    ? withImpliedFolders(source.list({ filter, signal }), filter)
    : [(await source.listFolder?.('', { filter, signal })) ?? []];
  for await (const entries of listing) {
    if (entries.length === 0) continue;
    isEmpty = false;
    yield entries.flatMap((entry) => shownOfSource(entry, filter));
  }
  if (!isEmpty || address.kind === 'local') return;
  // a bucket has no folders: where no key begins so, the address is that of an object, or nothing is there
  const object = await openFile(opened, address, around);
  if (object === undefined)
    throw new SyncError('source_missing', nothingAtAddress(text), { verdict: 'end_run' });
  yield [object.entry];
}

function shownOfSource(entry: SourceEntry, filter: PathFilter): ShownEntry | readonly [] {
  if (entry.kind === 'unknown') return entry.echo === true ? [] : entry;
  if (isReservedName(entry.path) || filter.excludes(entry.path)) return [];
  return entry;
}
