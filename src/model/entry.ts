import type { ErrorCode } from './errors.ts';
import type { RelPath } from './path.ts';

/** A file as one end lists it. */
export interface FileEntry {
  readonly kind: 'file';
  readonly path: RelPath;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, when the end tells. */
  readonly modifiedMs: number | undefined;
  /** Equality only: two listings with the same version list the same content (size and mtime; an ETag). */
  readonly version: string;
  /**
   * Equality only: names this very file wherever it is moved (device, inode, birth time, size, mtime; ETag and
   * size). Absent when the end cannot tell or when it would be ambiguous, as for empty files.
   */
  readonly identity?: string;
}

/** A folder; its path ends in '/'. */
export interface FolderEntry {
  readonly kind: 'folder';
  readonly path: RelPath;
}

/**
 * Something is there, or may be, that cannot be listed or transferred. Unknown is not absent: it allows neither a
 * removal nor a transfer at the path (`covers: 'path'`) or at and below it (`'subtree'`, path ends in '/').
 * `'nothing'` is for a name that no path of a destination can equal: it is reported, and takes no part in the merge.
 */
export interface UnknownEntry {
  readonly kind: 'unknown';
  readonly path: RelPath;
  readonly covers: 'path' | 'subtree' | 'nothing';
  readonly problem: Problem;
  /**
   * It protects, but is not reported: it is the same trouble as another entry's, which covers more of the same name, or the
   * user does not want to hear of it.
   */
  readonly echo?: true;
  /**
   * With `covers: 'nothing'`: which name of this folder ('' or ending in '/') is meant cannot be told. What the folder's listing
   * does not have is then not known to be absent; what it has is known. The entry comes before the folder's own.
   */
  readonly within?: RelPath;
  /** It is a file that can be synced, only not yet: a source that has one is not empty. */
  readonly file?: true;
}

export type SourceEntry = FileEntry | FolderEntry | UnknownEntry;

/** What a problem is about, as events and scripts know it. docs/events.md explains each code. */
export type ProblemCode =
  // entries of the source that cannot be synced
  | 'link_skipped'
  | 'link_dangling'
  | 'link_loop'
  | 'special_file'
  | 'reserved_name'
  | 'name_not_allowed'
  | 'name_conflict'
  | 'folder_with_content'
  | 'archived'
  | 'unreadable'
  | 'too_large'
  | 'over_size'
  // the source changes while it is read
  | 'vanished'
  | 'changed_while_listed'
  | 'still_changing'
  // what the destination shows cannot be told, or trusted
  | 'listing_unclear'
  | 'folder_vanished'
  | 'too_deep'
  | 'not_confirmed'
  | 'not_verified'
  | 'no_worker'
  // what the destination has stays
  | 'in_the_way'
  | 'changed_on_stage'
  | 'not_put_by_us'
  | 'not_confirmed_yet'
  | 'folder_kept'
  | 'not_overwritten'
  | 'not_replaced'
  | 'moved_back'
  | 'found_there'
  | 'folder_moves_refused'
  | 'removals_skipped'
  // sets, markers and hidden names
  | 'set_not_published'
  | 'marker_failed'
  | 'left_aside'
  | 'hidden_left_over'
  | 'sweep_failed'
  // earlier runs, releases and plans
  | 'in_doubt'
  | 'moved_anew'
  | 'origin_unknown'
  | 'plan_outdated'
  | 'undone'
  // on the way to the table
  | 'not_reloaded'
  | 'reload_repeated'
  | 'rows_may_double'
  | 'loaded_and_kept'
  | 'former_version_kept'
  | 'load_unknown'
  /** A request or a read of this one entry failed. */
  | ErrorCode;

/** Trouble with one entry. It is a value, not an exception: the rest of the run goes on. */
export interface Problem {
  readonly code: ProblemCode;
  /** A warning leaves the exit status 0; a failure makes it 3. */
  readonly severity: 'warning' | 'failure';
  /** One line for a person: the cause and the way out. The path is printed beside it. */
  readonly message: string;
}

/** A child of a listed folder of a destination; `name` is one segment without a slash. */
export type DestinationChild =
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly size: number;
      readonly modifiedMs: number | undefined;
    }
  | { readonly kind: 'folder'; readonly name: string }
  /**
   * Listed with a field missing, of the wrong type or out of range. `name` is a safe printable form. `anywhere`: which
   * child it speaks of cannot be told, so that none of the folder is known to be absent.
   */
  | {
      readonly kind: 'unknown';
      readonly name: string;
      readonly problem: Problem;
      readonly anywhere?: true;
    };
