import type { RelPath } from '../../model/path.ts';
import { damaged } from '../ledger/database/state-errors.ts';

/** What was seen of one pipeline since a file came, and done about it. */
export interface Reader {
  /** Seen without having read the file: whatever it reads from then on is this content. */
  readonly fresh?: true;
  /** A batch that read other content: what a later one read is this content. */
  readonly old?: number;
  /** It was told to read the file again. */
  readonly drop?: Drop;
}

export interface Drop {
  /** The last batch that had taken the file by then; null where the database does not tell. */
  readonly batch: number | null;
  readonly atMs: number;
  /** Undefined: the statement was about to be sent. */
  readonly sent?: true;
}

export type Readers = Readonly<Record<string, Reader>>;

/** A file at the destination that is not known to have left it as loaded. */
export interface LoadRow {
  readonly path: RelPath;
  /** Its name at the destination: mostly the path. */
  readonly name: RelPath;
  /** Bytes. */
  readonly size: number;
  /** A pipeline may have read other content under this name. */
  readonly replaced: boolean;
  /** This content is in its table. */
  readonly loaded: boolean;
  /** When it came, in milliseconds since 1970. */
  readonly arrivedMs: number;
  readonly readers: Readers;
  /** The number of the run that put the file's row into the ledger. */
  readonly run: number;
  /** It is known which version of the source's file this is. */
  readonly isKnown: boolean;
  /** A listing has shown the file as it was put. */
  readonly isConfirmed: boolean;
}

export interface Unloaded {
  readonly files: number;
  readonly bytes: number;
}

/** What is so far in the future is of a clock that was set back since. */
export const CLOCK_BACK_MS = 10_000;

/** `loaded` of a name at which a file was, and is no more. */
export const GONE = 2;

/** The rows of files that are there, to be asked for some of them. */
export const SELECT_LOADS = `SELECT l.path, l.size, l.replaced, l.loaded, l.arrived, l.readers, e.run, e.pending, e.version,
    coalesce((SELECT max(p.name) FROM present_name p WHERE p.path = l.path AND p.state = 1), l.path) AS name
  FROM load l JOIN entry e ON e.path = l.path AND l.loaded <> ${GONE}`;

export const toLoadRow = (row: Readonly<Record<string, unknown>>, file: string): LoadRow => ({
  path: row['path'] as string,
  name: row['name'] as string,
  size: row['size'] as number,
  replaced: row['replaced'] !== 0,
  loaded: row['loaded'] !== 0,
  arrivedMs: row['arrived'] as number,
  readers: readersIn(row['readers'] as string, file),
  run: row['run'] as number,
  isKnown: row['version'] !== '',
  isConfirmed: row['pending'] === 0,
});

function readersIn(text: string, file: string): Readers {
  try {
    return JSON.parse(text) as Readers;
  } catch (error) {
    throw damaged(file, 'load.readers holds what is no JSON', error);
  }
}
