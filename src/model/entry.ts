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
 * `'nothing'` is for a name that no Stage path can equal: it is reported and takes no part in the merge or its order.
 */
export interface UnknownEntry {
  readonly kind: 'unknown';
  readonly path: RelPath;
  readonly covers: 'path' | 'subtree' | 'nothing';
  readonly problem: Problem;
  /** The same trouble as another entry's, which covers more of the same name: it protects, but is not reported again. */
  readonly echo?: true;
  /** It is a file that can be synced, only not yet: a source that has one is not empty. */
  readonly file?: true;
}

export type SourceEntry = FileEntry | FolderEntry | UnknownEntry;

/** Trouble with one entry. It is a value, not an exception: the rest of the run goes on. */
export interface Problem {
  /** Stable, lower case: 'link_skipped', 'unreadable', 'name_not_allowed', 'archived', 'changed_while_read', … */
  readonly code: string;
  /** A warning leaves the exit status 0; a failure makes it 3. */
  readonly severity: 'warning' | 'failure';
  /** One line for a person: the cause and the way out. The path is printed beside it. */
  readonly message: string;
}

/** A child of a listed Stage folder; `name` is one segment without a slash. */
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
