import { closeSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isTooManyFiles, messageOf, RAISE_FILE_LIMIT, SyncError } from '../../../model/errors.ts';

/** SQLite's result codes; the extended ones keep them in the low byte. */
const SQLITE = { error: 1, busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const;

/** Codes of a file that is not as it was written: our own statements fit the tables that we made. */
const DAMAGED: readonly (number | undefined)[] = [
  SQLITE.corrupt,
  SQLITE.notADatabase,
  18, // too big
  19, // a constraint
  20, // a type that does not fit
  24, // the format
];

/** An extended code: the file ends where a page should be. */
const SHORT_READ = 10 | (2 << 8);

/** Messages of SQLite's general code that say that tables are missing or are not ours. */
const NOT_OUR_TABLES = /no such (?:table|column|index)|has no column|malformed|datatype mismatch/;

function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  if (DAMAGED.includes(code)) return true;
  if (code === SQLITE.error) return NOT_OUR_TABLES.test(messageOf(error));
  const { errcode, code: ofNode } = error as { errcode?: unknown; code?: unknown };
  // a number that JavaScript cannot hold: we never wrote one
  return errcode === SHORT_READ || ofNode === 'ERR_OUT_OF_RANGE';
}

/** A state file that holds what no run wrote. */
export const damaged = (file: string, why: string, cause?: unknown): SyncError =>
  new SyncError(
    'state_unusable',
    `the file ${file} is damaged (${why}); delete it: the next run then adopts what the destination has and removes nothing`,
    { verdict: 'end_run', cause },
  );

const codeOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'errcode' in error
    ? Number(error.errcode) & 0xff
    : undefined;

export const isBusy = (error: unknown): boolean => codeOf(error) === SQLITE.busy;

/** A state file that cannot be used, as an error with its way out. */
export function stateError(file: string, error: unknown): SyncError {
  const code = codeOf(error);
  const why = messageOf(error);
  if (isDamage(error)) return damaged(file, why, error);
  const message = isFolder(file)
    ? `cannot keep state in ${file}: it is a folder; remove it, or set XDG_STATE_HOME to another place`
    : code === SQLITE.full
      ? `cannot write ${file}: ${why}; make room on its disk and run again: what was done is looked up at the destination`
      : lacksFiles(file)
        ? `cannot keep state in ${file}: ${why}, for there are too many open files; ${RAISE_FILE_LIMIT}`
        : `cannot keep state in ${file}: ${why}; make the folder writable, or set XDG_STATE_HOME to one that is`;
  return new SyncError('state_unusable', message, { verdict: 'end_run', cause: error });
}

/** Nobody knows it of a file in a folder that belongs to another user. */
function isFolder(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/** The database, its log, the log's index and one more. */
const FILES_OF_SQLITE = 4;

/** Whether too many files are open for SQLite to open its own: SQLite itself does not say why it failed. */
function lacksFiles(file: string): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < FILES_OF_SQLITE) opened.push(openSync(dirname(file), 'r'));
    return false;
  } catch (error) {
    return isTooManyFiles((error as NodeJS.ErrnoException).code);
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** An error of SQLite as a SyncError; anything else is a mistake of ours and stays what it is. */
export const mapped = (file: string, error: unknown): unknown =>
  codeOf(error) === undefined && !isDamage(error) ? error : stateError(file, error);

/** Executes SQL that gives nothing back. */
export function execute(db: DatabaseSync, file: string, sql: string): void {
  try {
    db.exec(sql);
  } catch (error) {
    throw mapped(file, error);
  }
}
