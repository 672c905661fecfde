import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementResultingChanges, StatementSync, SQLInputValue } from 'node:sqlite';
import { isTooManyFiles, messageOf, RAISE_FILE_LIMIT, SyncError } from '../../model/errors.ts';

/** SQLite's result codes; the extended ones keep them in the low byte. */
const SQLITE = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const;

const codeOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'errcode' in error
    ? Number(error.errcode) & 0xff
    : undefined;

export const isBusy = (error: unknown): boolean => codeOf(error) === SQLITE.busy;

/** A state file that cannot be used, as an error with its way out. */
export function stateError(file: string, error: unknown): SyncError {
  const code = codeOf(error);
  const why = messageOf(error);
  const message =
    code === SQLITE.corrupt || code === SQLITE.notADatabase
      ? `the file ${file} is damaged (${why}); delete it: the next run then adopts what is on Stage and removes nothing`
      : code === SQLITE.full
        ? `cannot write ${file}: ${why}; make room on its disk and run again: what was done is looked up on Stage`
        : lacksFiles(file)
          ? `cannot keep state in ${file}: ${why}, for there are too many open files; ${RAISE_FILE_LIMIT}`
          : `cannot keep state in ${file}: ${why}; make the folder writable, or set XDG_STATE_HOME to one that is`;
  return new SyncError('state_unusable', message, { verdict: 'end_run', cause: error });
}

/** The database, its log, the log's index and one more. */
const FILES_OF_SQLITE = 4;

/** Whether what SQLite opens at the same time can be opened at the moment: of its own failure it does not say why. */
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
const mapped = (file: string, error: unknown): unknown =>
  codeOf(error) === undefined ? error : stateError(file, error);

/** Executes SQL that gives nothing back. */
export function execute(db: DatabaseSync, file: string, sql: string): void {
  try {
    db.exec(sql);
  } catch (error) {
    throw mapped(file, error);
  }
}

/** A prepared statement whose failures are SyncErrors: a disk can be full, or a file damaged, at any of them. */
export class Statement {
  readonly #statement: StatementSync;
  readonly #file: string;

  constructor(db: DatabaseSync, file: string, sql: string) {
    this.#file = file;
    try {
      this.#statement = db.prepare(sql);
    } catch (error) {
      throw mapped(file, error);
    }
  }

  run(...values: SQLInputValue[]): StatementResultingChanges {
    try {
      return this.#statement.run(...values);
    } catch (error) {
      throw mapped(this.#file, error);
    }
  }

  get(...values: SQLInputValue[]): ReturnType<StatementSync['get']> {
    try {
      return this.#statement.get(...values);
    } catch (error) {
      throw mapped(this.#file, error);
    }
  }

  /** From now on rows come as arrays of their columns: half the cost where there are very many. */
  returnArrays(): this {
    this.#statement.setReturnArrays(true);
    return this;
  }

  all(...values: SQLInputValue[]): ReturnType<StatementSync['all']> {
    try {
      return this.#statement.all(...values);
    } catch (error) {
      throw mapped(this.#file, error);
    }
  }
}
