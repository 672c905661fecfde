import { garbledIn, type Children } from '../../model/children.ts';
import type { FileEntry, SourceEntry } from '../../model/entry.ts';
import { isSyncError } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type {
  CallOptions,
  Content,
  Destination,
  ListOptions,
  Source,
  SourceTraits,
} from '../../model/ports.ts';
import { entryPages } from '../../remote/folder-entries.ts';
import { walkDestination } from '../../remote/walk-folders.ts';
import { ClockSteps, type StepClock } from './clock-steps.ts';
import { fileEntry, sourceEntries } from './entries.ts';
import { ListedFile, type ListedFileOptions } from './listed-file.ts';
import { SharedLooks, type DestinationLooks } from './shared-looks.ts';
import { GarbledChildren } from './garbled-children.ts';
import { withoutNameConflicts, type AskFolding } from './name-conflicts.ts';
import { listingUnclear, rootMissing } from './source-errors.ts';

export interface DestinationAsSourceOptions {
  /**
   * It makes its own retries, where it needs any. The source takes it over: closing the source closes the
   * destination.
   */
  readonly destination: Destination;
  /** How it is looked at for the files that are read: they wait for that. Default: as for others. */
  readonly looks?: DestinationLooks | undefined;
  /** Default: 'stage'. */
  readonly kind?: Source['kind'];
  /** Default: those of a Stage, another machine where a file appears once it is whole. */
  readonly traits?: Partial<SourceTraits>;
  /** Listings under way or waiting to be read, at most; see walkDestination. Default: 16. */
  readonly lookAhead?: number | (() => number);
  /** Where the files are to go, some names may be one. Default: all names are told apart there. */
  readonly folding?: AskFolding | undefined;
  /**
   * True: of a folder with a child whose name can be no path, or is not told, the other children are shown all the same. Default:
   * such a folder is unknown as a whole.
   */
  readonly showsTheRest?: boolean | undefined;
  /** Told of all bytes of files as they arrive. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Default: that of the system. */
  readonly clock?: StepClock | undefined;
}

const LOOK_AHEAD = 16;

/**
 * The target folder of a destination as a source: everything that can list, look and read can be a source. A version
 * is size and time. So each read needs a look more, which shows that the file is still the listed one; files of one folder that
 * are read at the same time share it.
 */
export function destinationAsSource(options: DestinationAsSourceOptions): Source {
  const { destination, lookAhead = LOOK_AHEAD } = options;
  const { root } = destination;
  const looks = new SharedLooks(options.looks ?? destination);
  const steps = new ClockSteps(options.clock);
  const ask = options.folding === undefined ? undefined : once(options.folding);
  const listed = async (folder: RelPath, signal: AbortSignal): Promise<Children | undefined> => {
    const children = await destination.listFolder(root + folder, { signal });
    steps.shown();
    if (children !== undefined) looks.counted(root + folder, children.length);
    return children && ask ? withoutNameConflicts(children, ask) : children;
  };

  async function* list({ filter, signal }: ListOptions): AsyncGenerator<readonly SourceEntry[], void> {
    signal.throwIfAborted();
    const garbled = new GarbledChildren();
    const inWalk = async (folder: RelPath): Promise<Children | undefined> => {
      const children = await listed(folder, signal);
      return children && options.showsTheRest === true ? garbled.setAside(folder, children) : children;
    };
    const top = await listTop(destination, () => inWalk(''));
    const ofTop = garbled.take('');
    if (ofTop.length > 0) yield ofTop;
    const listing = walkDestination(top, {
      list: inWalk,
      filter,
      words: destination.words,
      lookAhead,
    });
    for await (const batch of listing) {
      const entries = sourceEntries(batch, filter);
      if (entries.length > 0) yield entries;
      // a run of entries ends with the folder that was listed next
      const last = batch.at(-1);
      const aside = last?.kind === 'folder' ? garbled.take(last.path) : [];
      if (aside.length > 0) yield aside;
      signal.throwIfAborted();
    }
  }

  return {
    kind: options.kind ?? 'stage',
    traits: { isRemote: true, filesAppearWhole: true, sharesIdentities: false, ...options.traits },
    label: destination.label,
    list,
    async listFolder(folder, { filter, signal }) {
      signal.throwIfAborted();
      const children = await listed(folder, signal);
      return (
        children && [...entryPages(folder, children, filter)].flatMap((page) => sourceEntries(page, filter))
      );
    },
    async stat(path, { signal }) {
      signal.throwIfAborted();
      const shown = await destination.stat(root + path, { signal });
      steps.shown();
      return shown && fileEntry(path, shown);
    },
    async read(entry, call) {
      call.signal.throwIfAborted();
      await steps.over(entry, call.signal);
      return read({ destination, looks, onBytes: options.onBytes }, entry, call);
    },
    ...(destination.readFrom !== undefined && {
      readFrom: (entry: FileEntry, offset: number, call: CallOptions) =>
        destination.readFrom!(root + entry.path, offset, { ...call, expectedBytes: entry.size - offset }),
    }),
    close: () => destination.close(),
  };
}

const once = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
};

/** The listing that everything begins with: without it nothing is known. */
async function listTop({ label }: Destination, list: () => Promise<Children | undefined>) {
  let children;
  try {
    children = await list();
  } catch (error) {
    if (!isSyncError(error) || error.verdict === 'end_run') throw error;
    throw error.with({ verdict: 'end_run', cause: error });
  }
  if (children === undefined) throw rootMissing(label);
  const unclear = garbledIn(children);
  if (unclear !== undefined) throw listingUnclear(label, unclear.problem.message);
  return children;
}

/** Files up to this size are read into one buffer. */
const WHOLE_BYTES = 256 * 1024;

async function read(from: ListedFileOptions, entry: FileEntry, call: CallOptions): Promise<Content> {
  const file = new ListedFile(from, entry, call);
  const { size, modifiedMs } = entry;
  return size > WHOLE_BYTES
    ? { size, modifiedMs, chunks: file.chunks(), recycle: file.recycle, resume: file.resume }
    : { size, modifiedMs, bytes: await file.whole() };
}
