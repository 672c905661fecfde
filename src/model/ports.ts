/**
 * The words of the engine and the seams it is built on.
 *
 * Source: where files come from. Destination: where they go; a Stage, a directory. Entry: one file or folder as listed.
 * Listing: all entries of one end. Ledger: what we put at the destination and what the destination then showed. Plan: what
 * a pass will do, as data. Pass: list, merge, plan, guard, execute, confirm, report. docs/glossary.md has the rest.
 */
import type { DestinationWords } from './destination-words.ts';
import type { Children } from './children.ts';
import type { FileEntry, SourceEntry } from './entry.ts';
import type { NameFolding } from './name-folding.ts';
import type { RelPath } from './path.ts';

export interface CallOptions {
  /** Aborted: stop, make no further change, reject with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Bytes as they come, for one reader. */
export interface Chunks extends AsyncIterable<Uint8Array> {
  /** Takes back a chunk that nobody will look at any more, to be read into again. Never a duty. */
  readonly recycle?: ((chunk: Uint8Array) => void) | undefined;
}

export interface ReadOptions extends CallOptions {
  /** Bytes that a listing lets expect: large bodies may be asked for in another way. Never a limit. */
  readonly expectedBytes?: number | undefined;
}

/** Which paths take part. An excluded path is neither uploaded nor removed; it is as if neither end had it. */
export interface PathFilter {
  /** Whether this entry is left out. A folder (`path` ends in '/') that is left out may still hold files that are not. */
  excludes(path: RelPath): boolean;
  /** `folder` ends in '/'. True only when nothing below it can take part, so that it need not be walked. */
  prunes(folder: RelPath): boolean;
  /**
   * Whether a rule of the user leaves out a path whose name is reserved (see isReservedName), a folder with all below
   * it. `excludes` and `prunes` are true for it in any case. Absent: none does.
   */
  rulesOut?(path: RelPath): boolean;
}

/**
 * The bytes of one file, for one attempt; a retry asks the source again. Exactly `size` bytes come, or the reading
 * rejects. The last chunk is handed out only after the whole proved to be the version that was listed, so that an
 * upload of anything else never completes.
 */
export type Content = (
  | { readonly bytes: Uint8Array }
  | {
      readonly chunks: AsyncIterable<Uint8Array>;
      /** Takes back a chunk that nobody will look at any more, to be read into again. Never a duty. */
      readonly recycle?: ((chunk: Uint8Array) => void) | undefined;
      /** Absent where it can only be read from its beginning. */
      readonly resume?: Resume | undefined;
    }
) & {
  readonly size: number;
  /** Milliseconds since 1970: when the file last changed in its source. A destination may give its file that time. */
  readonly modifiedMs?: number | undefined;
};

/** How a content is gone on with where an earlier attempt, or process, has left its beginning. */
export interface Resume {
  /** Equality only: the same text stands for the same bytes, whichever source and version they are of. */
  readonly of: string;
  /** The bytes from an offset on, with the promise of `chunks`: the last one comes once the whole proved to be the listed version. */
  from(offset: number): AsyncIterable<Uint8Array>;
}

export interface ListOptions extends CallOptions {
  readonly filter: PathFilter;
}

/** "Look again here." Never the truth: what is there is read anew. Paths are relative to the source's root. */
export type ChangeHint =
  | {
      /** Folders ('' or ending in '/') whose direct children may have changed. */
      readonly folders: readonly RelPath[];
      /** Called once everything this hint led to is recorded; a queue message is acknowledged then. */
      readonly settled?: () => void;
    }
  /** Nobody knows where: a full pass is needed. `reason` is for people ("the event queue overflowed"). */
  | { readonly everything: true; readonly reason: string; readonly settled?: () => void };

export interface Watching {
  /** How hints are found, for people and metrics: 'folders', 'polling', 'sqs'. */
  readonly mode: string;
  /** Kernel watches or queue receivers held. */
  readonly watches: number;
  close(): Promise<void>;
}

/** What a source is like, as far as a sync has to know. */
export interface SourceTraits {
  /** Each look at it is a request to another machine, so that it is looked at less often. */
  readonly isRemote: boolean;
  /** A file is there with all its content or not at all: nothing is still being written. */
  readonly filesAppearWhole: boolean;
  /** Several files may have one identity, as copies of one content in a bucket do. */
  readonly sharesIdentities: boolean;
}

/** Where files come from. All paths are relative to the source's root. Methods may be called at the same time. */
export interface Source {
  /** For people: 'local', 's3'. Nothing is decided by it. */
  readonly kind: string;
  readonly traits: SourceTraits;
  /** The address, for people and for the pair's name; without credentials. */
  readonly label: string;
  /**
   * Everything the filter lets through, in path order (comparePaths), in batches of any size. Folders that exist on
   * their own come as entries ('a/' before 'a/b'); S3 has them only where a marker object is. A listing that breaks
   * off rejects with a SyncError; it never ends short. One unreadable folder is an unknown entry, not a rejection.
   */
  list(options: ListOptions): AsyncIterable<readonly SourceEntry[]>;
  /** Direct children of `folder` ('' or ending in '/') in path order; undefined when it is not there. */
  listFolder?(folder: RelPath, options: ListOptions): Promise<readonly SourceEntry[] | undefined>;
  /**
   * Rejects with `entry_changed` (fact 'changed') when the file is no longer the one that was listed, `entry_gone` (fact
   * 'gone') when there is none, `entry_unreadable`; such a rejection can also come from the chunks.
   */
  read(entry: FileEntry, call: CallOptions): Promise<Content>;
  /**
   * The bytes of a file from an offset on, as far as they are wanted: whoever has enough leaves the iteration. There is no
   * proof that they are those of the listed version. Absent where a file can only be read from its beginning.
   */
  readFrom?(entry: FileEntry, offset: number, call: CallOptions): Promise<Chunks>;
  /** Rejects as `read` would, as far as that can be told without reading. Absent where nothing can be told so. */
  check?(entry: FileEntry, call: CallOptions): Promise<void>;
  /** One file as it is now, undefined when there is none: to look again after a file has changed. */
  stat?(path: RelPath, call: CallOptions): Promise<FileEntry | undefined>;
  /** SHA-256 of the content in hex, where reading is cheap. Absent where it would cost a transfer. */
  digest?(entry: FileEntry, call: CallOptions): Promise<string>;
  /** Tells of changes until closed. Resolves when nothing that happens from now on is missed silently. */
  watch?(onHint: (hint: ChangeHint) => void, options: ListOptions): Promise<Watching>;
  close(): Promise<void>;
}

/**
 * What a destination can do, as far as that is known before the first request. Absent: it differs from one to the next, and
 * a refusal of the first try is learnt for the rest of the run.
 */
export interface DestinationTraits {
  /** Larger files are reported and left out, in bytes. */
  readonly maxFileBytes: number;
  /** Whether a folder moves with all that is in it by one request. */
  readonly movesFolders?: boolean | undefined;
  /** Whether a file of which nothing changed always shows the same time, to the last digit. Default: below a second, times are equal. */
  readonly exactTimes?: boolean | undefined;
  /** Whether a file that moves keeps its time. */
  readonly keepsTimes?: boolean | undefined;
  /** Whether a file that is put gets the time of its content, where that has one. Default: false. */
  readonly takesTimes?: boolean | undefined;
  /** Whether an upload may take the place of a file. */
  readonly overwrites?: boolean | undefined;
  /** Whether a look at a file is no request, so that each file is looked at right before it changes. Default: false. */
  readonly looksCostNothing?: boolean | undefined;
}

export interface PutOptions extends CallOptions {
  /**
   * What the caller takes to be at the path; null: nothing. A destination that can look without a request leaves what is not
   * that where it is, and rejects with `destination_taken` without a fact. Absent: whatever is there is replaced.
   */
  readonly expects?: { readonly size: number; readonly modifiedMs: number | undefined } | null | undefined;
}

/** What a destination knows of a file that it has stored. */
export interface StoredFile {
  /** The time that a look shows from now on, in milliseconds since 1970; another time is that of another version. */
  readonly modifiedMs: number;
}

/**
 * Where files go. Paths are full paths from the top of the file area (a Stage, a directory); folders end in '/'. Each
 * method is one request (a read may be two), made once: retrying is the caller's. Methods may be called at the same
 * time. All reject with SyncError, whose fact says what the caller has to know; 'refused' may stand for 'taken' and for
 * 'missing' where the other side does not tell.
 */
export interface Destination {
  /** The address of the target folder, for people and for the pair's name. */
  readonly label: string;
  /** What sentences for people call it. */
  readonly words: DestinationWords;
  /** The target folder as a path from the top: '' or ending in '/'. */
  readonly root: RelPath;
  readonly traits: DestinationTraits;
  /** Direct children in no particular order; undefined when there is no such folder. */
  listFolder(folder: RelPath, call: CallOptions): Promise<Children | undefined>;
  /** One file's size and time; undefined when there is no such file. For a folder use listFolder. */
  stat(
    path: RelPath,
    call: CallOptions,
  ): Promise<{ size: number; modifiedMs: number | undefined } | undefined>;
  /**
   * Creates or replaces a file, whole or not at all; its folder must exist. Rejects as 'taken' where files are not
   * replaced, with 'changed' when other than `size` bytes come, and with what the content itself throws. Undefined where only
   * a look tells what was stored.
   */
  put(path: RelPath, content: Content, call: PutOptions): Promise<StoredFile | undefined>;
  /** 'missing' when there is no such file. A file that changes meanwhile may give a mixture: see destinationAsSource. */
  read(path: RelPath, call: ReadOptions): Promise<Chunks>;
  /** The same from an offset in bytes on. Absent where a file can only be read from its beginning. */
  readFrom?: ((path: RelPath, offset: number, call: ReadOptions) => Promise<Chunks>) | undefined;
  /** A file that is written piece by piece beside its name. Absent where a file is stored whole by one request. */
  openPartial?: ((path: RelPath, options: PartialOptions & CallOptions) => Promise<PartialFile>) | undefined;
  /**
   * The pass was carried to its end: removes what earlier runs left of files that were to be gone on with, and that no `put`
   * since the last such call went on with. Absent where nothing is left so.
   */
  sweepPartial?: ((call: CallOptions) => Promise<void>) | undefined;
  /** The parent must exist; making a folder that exists is no error. */
  makeFolder(folder: RelPath, call: CallOptions): Promise<FolderBefore>;
  /** A file or a whole folder (both with '/'). 'taken' when the target exists, 'missing' when the origin does not. */
  move(from: RelPath, to: RelPath, call: CallOptions): Promise<void>;
  /** A file, or a folder with everything in it. 'missing' when it is not there. */
  remove(path: RelPath, call: CallOptions): Promise<void>;
  /** Which names are one there. It may cost a change that leaves nothing behind. Absent: all names are told apart. */
  folding?: (() => Promise<NameFolding>) | undefined;
  close(): Promise<void>;
}

/** 'was_there': the folder is known to have been there before, so that it is not ours. Undefined: it was made, or nothing tells. */
export type FolderBefore = 'was_there' | undefined;

export interface PartialOptions {
  /**
   * Equality only: what content it is of. Then it outlives the process, and the next one that asks for the same content at the
   * same path goes on with it. Absent: it goes when it is closed.
   */
  readonly of?: string | undefined;
  /** Told of each chunk that is written: nobody looks at it any more. */
  readonly recycle?: Chunks['recycle'];
}

/** A file on its way, which nobody sees under its name until it is whole. Closing it keeps what `of` says. */
export interface PartialFile extends AsyncDisposable {
  /** Bytes of the content that are there already. */
  readonly size: number;
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Gives the file its name, once it is safely stored. `replace`: it may take the place of a file; otherwise rejects with the
   * fact 'taken' when something has the name. `expects`: see PutOptions. `modifiedMs`: the time it gets. Rejects with 'changed' when another process has
   * taken it over meanwhile.
   */
  finish(
    as: { readonly replace: boolean; readonly modifiedMs: number | undefined } & Pick<PutOptions, 'expects'>,
  ): Promise<StoredFile>;
  /** Its bytes are of no use: nothing of it stays. */
  discard(): Promise<void>;
}

/** Time and chance, so that tests can hold both. */
export interface Clock {
  /** Milliseconds since 1970, for records. It may jump when somebody sets the machine's clock. */
  now(): number;
  /** Milliseconds since some start, for waits and durations: it only grows. */
  elapsed(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}
