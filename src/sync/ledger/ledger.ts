import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isSyncError } from '../../model/errors.ts';
import { afterFolder } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import { lockPair } from './lock.ts';
import type { PairLock } from './lock.ts';
import { prepareSchema } from './schema.ts';
import { execute, Statement, stateError } from './state-errors.ts';

/** What we put on Stage at a path, from which version of the source, and what Stage then showed. */
export interface LedgerRow {
  readonly path: RelPath;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  readonly version: string;
  readonly identity: string | undefined;
  /** SHA-256 in hex, where it was computed on the way. */
  readonly digest: string | undefined;
  /** Stage's time for the file in milliseconds; undefined until a listing told it, or when Stage tells none. */
  readonly stageModifiedMs: number | undefined;
  /** Put or moved, and not yet seen in a listing. */
  readonly pending: boolean;
}

/** A change that is about to be sent. What it leaves behind after a kill is in doubt. */
export interface Intent {
  /** `staging`: the hidden folder `via` is made; it ends when the folder is removed. */
  readonly op: 'put' | 'move' | 'remove' | 'staging';
  readonly path: RelPath;
  readonly to?: RelPath | undefined;
  /** A full Stage path on the way: where a put is uploaded first, or where a cycle's first file waits. */
  readonly via?: RelPath | undefined;
  /** A full Stage path: where the file that a put replaces waits meanwhile. */
  readonly aside?: RelPath | undefined;
  readonly size?: number | undefined;
  readonly version?: string | undefined;
  readonly identity?: string | undefined;
  readonly reason: string;
  /** What Stage showed at `path` when this was decided; undefined size: nothing. */
  readonly beforeSize?: number | undefined;
  readonly beforeModifiedMs?: number | undefined;
}

export interface StoredIntent extends Intent {
  readonly id: number;
  readonly at: number;
}

export interface LedgerOptions {
  /** The state folder; made when missing. */
  readonly folder: string;
  /** Labels of both ends; together they name the pair. */
  readonly source: string;
  readonly destination: string;
  /** The command and process that hold the pair, to tell a second run. */
  readonly command: string;
  readonly pid: number;
  /** Read only, without the lock: to explain or show status while a run works. */
  readonly inspect?: boolean;
}

const COLUMNS = 'path, size, version, identity, digest, stage_modified, pending';
const PAGE = 2000;

/** The file name of a pair's state, without its ending. */
export const pairName = (source: string, destination: string): string =>
  createHash('sha256').update(`${source}\n${destination}`).digest('hex').slice(0, 24);

/**
 * Opens the ledger of a pair and takes its lock. Rejects with `locked`, or with `state_unusable` when the folder
 * cannot be written or the file is not a ledger of this release.
 */
export function openLedger(options: LedgerOptions): Ledger {
  const name = pairName(options.source, options.destination);
  const file = join(options.folder, `${name}.sqlite`);
  let lock: PairLock | undefined;
  let db: DatabaseSync | undefined;
  try {
    if (options.inspect !== true) {
      mkdirSync(options.folder, { recursive: true, mode: 0o700 });
      lock = lockPair(join(options.folder, `${name}.lock`), {
        pid: options.pid,
        command: options.command,
        since: new Date().toISOString(),
      });
    }
    db = new DatabaseSync(file, { readOnly: options.inspect === true });
    if (options.inspect !== true) prepareSchema(db, file, options);
    return new Ledger(db, lock, file);
  } catch (error) {
    db?.close();
    lock?.release();
    if (isSyncError(error)) throw error;
    throw stateError(file, error);
  }
}

/** What we put there, and what we saw. One connection; every method is synchronous and short. */
export class Ledger {
  readonly file: string;
  readonly #db: DatabaseSync;
  readonly #lock: PairLock | undefined;
  readonly #statements = new Map<string, Statement>();
  #run = 0;
  #inTransaction = false;

  constructor(db: DatabaseSync, lock: PairLock | undefined, file: string) {
    this.#db = db;
    this.#lock = lock;
    this.file = file;
  }

  #sql(text: string): Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = new Statement(this.#db, this.file, text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** Runs `work` as one commit. Nested calls join the outer one. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    execute(this.#db, this.file, 'BEGIN IMMEDIATE');
    this.#inTransaction = true;
    try {
      const result = work();
      execute(this.#db, this.file, 'COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  isEmpty(): boolean {
    return this.#sql('SELECT 1 FROM entry LIMIT 1').get() === undefined;
  }

  get(path: RelPath): LedgerRow | undefined {
    const row = this.#sql(`SELECT ${COLUMNS} FROM entry WHERE path = ?`).get(path);
    return row === undefined ? undefined : toRow(row as unknown as RawRow);
  }

  /** Rows at and below `folder` ('' for all) in path order, read page by page: rows behind the reader may change. */
  *rows(folder: RelPath = ''): Generator<readonly LedgerRow[], void> {
    const end = folder === '' ? undefined : afterFolder(folder);
    yield* this.#pages(
      end === undefined
        ? `SELECT ${COLUMNS} FROM entry WHERE path >= ?`
        : `SELECT ${COLUMNS} FROM entry WHERE path >= ? AND path < ?`,
      folder,
      end,
    );
  }

  /** Files put and not yet confirmed by a listing, in path order. */
  *pendingRows(): Generator<readonly LedgerRow[], void> {
    yield* this.#pages(`SELECT ${COLUMNS} FROM entry WHERE pending = 1 AND path >= ?`, '', undefined);
  }

  *#pages(select: string, from: RelPath, end: RelPath | undefined): Generator<readonly LedgerRow[], void> {
    const first = this.#sql(`${select} ORDER BY path LIMIT ${PAGE}`).returnArrays();
    const next = this.#sql(
      `${select.replace('path >= ?', 'path > ?')} ORDER BY path LIMIT ${PAGE}`,
    ).returnArrays();
    let statement = first;
    let at = from;
    for (;;) {
      const raw = (end === undefined ? statement.all(at) : statement.all(at, end)) as unknown as RawArray[];
      const rows = raw.map(fromArray);
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE) return;
      at = rows[rows.length - 1]!.path;
      statement = next;
    }
  }

  /** At most `limit` rows from `from` on (itself only if `inclusive`) and before `end`, in path order. */
  page(from: RelPath, inclusive: boolean, end: RelPath | undefined, limit: number): LedgerRow[] {
    const select = `SELECT ${COLUMNS} FROM entry WHERE path ${inclusive ? '>=' : '>'} ?`;
    const rows =
      end === undefined
        ? this.#sql(`${select} ORDER BY path LIMIT ?`).all(from, limit)
        : this.#sql(`${select} AND path < ? ORDER BY path LIMIT ?`).all(from, end, limit);
    return (rows as unknown as RawRow[]).map(toRow);
  }

  /** Files, folders not counted. It reads every row. */
  countFiles(): number {
    const row = this.#sql("SELECT count(*) AS n FROM entry WHERE path NOT LIKE '%/'").get();
    return row?.['n'] as number;
  }

  put(row: LedgerRow, reason: string): void {
    this.#write(row, row.pending ? 1 : 0, reason);
  }

  /** Like `put` for a file that moved: its new time is learnt when a listing happens to show it. */
  moved(row: LedgerRow, reason: string): void {
    this.#write(row, 2, reason);
  }

  #write(row: LedgerRow, pending: 0 | 1 | 2, reason: string): void {
    this.#sql(
      `INSERT OR REPLACE INTO entry (${COLUMNS}, reason, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      row.path,
      row.size,
      row.version,
      row.identity ?? null,
      row.digest ?? null,
      row.stageModifiedMs ?? null,
      pending,
      reason,
      this.#run,
    );
  }

  /** A listing showed the file with this time. */
  confirm(path: RelPath, stageModifiedMs: number | undefined): void {
    this.#sql('UPDATE entry SET pending = 0, stage_modified = ? WHERE path = ?').run(
      stageModifiedMs ?? null,
      path,
    );
  }

  forget(path: RelPath): void {
    this.#sql('DELETE FROM entry WHERE path = ?').run(path);
  }

  /** Forgets a folder and everything below it. */
  forgetFolder(folder: RelPath): void {
    this.#sql('DELETE FROM entry WHERE path >= ? AND path < ?').run(folder, afterFolder(folder));
  }

  /** Renames a row, or a folder's row and all rows below it. Times must be learned anew: a move may change them. */
  rename(from: RelPath, to: RelPath): void {
    if (from.endsWith('/')) {
      this.#sql(
        'UPDATE OR REPLACE entry SET path = ? || substr(path, length(?) + 1), pending = 2, stage_modified = NULL WHERE path >= ? AND path < ?',
      ).run(to, from, from, afterFolder(from));
      // folders are not listed as such: nothing about them waits for confirmation
      this.#sql("UPDATE entry SET pending = 0 WHERE path >= ? AND path < ? AND path LIKE '%/'").run(
        to,
        afterFolder(to),
      );
    } else {
      this.#sql(
        'UPDATE OR REPLACE entry SET path = ?, pending = 2, stage_modified = NULL WHERE path = ?',
      ).run(to, from);
    }
  }

  /** What was last decided for a path that has no row of its own. */
  note(path: RelPath, kind: string, reason: string): void {
    this.#sql('INSERT OR REPLACE INTO verdict (path, kind, reason, run) VALUES (?, ?, ?, ?)').run(
      path,
      kind,
      reason,
      this.#run,
    );
  }

  /** The last decision about a path: from its row, or from the notes. */
  explain(
    path: RelPath,
  ): { kind: string; reason: string; run: number; startedMs: number; row?: LedgerRow } | undefined {
    const noted = this.#sql(
      'SELECT v.kind, v.reason, v.run, r.started FROM verdict v LEFT JOIN run r ON r.id = v.run WHERE v.path = ?',
    ).get(path) as { kind: string; reason: string; run: number; started: number | null } | undefined;
    const kept = this.#sql(
      'SELECT e.reason, e.run, r.started FROM entry e LEFT JOIN run r ON r.id = e.run WHERE e.path = ?',
    ).get(path) as { reason: string; run: number; started: number | null } | undefined;
    const row = this.get(path);
    if (noted !== undefined && (kept === undefined || noted.run > kept.run)) {
      return {
        kind: noted.kind,
        reason: noted.reason,
        run: noted.run,
        startedMs: noted.started ?? 0,
        ...(row && { row }),
      };
    }
    if (kept === undefined || row === undefined) return undefined;
    return { kind: 'synced', reason: kept.reason, run: kept.run, startedMs: kept.started ?? 0, row };
  }

  addIntents(intents: readonly Intent[], nowMs: number): number[] {
    const insert = this.#sql(
      'INSERT INTO intent (op, path, to_path, size, version, identity, reason, before_size, before_modified, via, aside, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    return this.transaction(() =>
      intents.map((intent) =>
        Number(
          insert.run(
            intent.op,
            intent.path,
            intent.to ?? null,
            intent.size ?? null,
            intent.version ?? null,
            intent.identity ?? null,
            intent.reason,
            intent.beforeSize ?? null,
            intent.beforeModifiedMs ?? null,
            intent.via ?? null,
            intent.aside ?? null,
            nowMs,
          ).lastInsertRowid,
        ),
      ),
    );
  }

  /** Where a put goes through other names, from now on. */
  detour(id: number, via: RelPath, aside: RelPath): void {
    this.#sql('UPDATE intent SET via = ?, aside = ? WHERE id = ?').run(via, aside, id);
  }

  dropIntent(id: number): void {
    this.#sql('DELETE FROM intent WHERE id = ?').run(id);
  }

  /** What an earlier run had begun and not finished, oldest first. */
  intents(): StoredIntent[] {
    return this.#sql('SELECT * FROM intent ORDER BY id')
      .all()
      .map((raw) => {
        const row = raw as unknown as Record<string, string | number | null> & { id: number; at: number };
        return {
          id: row.id,
          at: row.at,
          op: row['op'] as Intent['op'],
          path: row['path'] as string,
          to: text(row['to_path']),
          size: number(row['size']),
          version: text(row['version']),
          identity: text(row['identity']),
          reason: row['reason'] as string,
          beforeSize: number(row['before_size']),
          beforeModifiedMs: number(row['before_modified']),
          via: text(row['via']),
          aside: text(row['aside']),
        };
      });
  }

  startRun(command: string, nowMs: number): void {
    this.#run = Number(
      this.#sql('INSERT INTO run (command, started) VALUES (?, ?)').run(command, nowMs).lastInsertRowid,
    );
    this.#sql('DELETE FROM run WHERE id <= ?').run(this.#run - 1000);
  }

  finishRun(outcome: string, report: unknown, nowMs: number): void {
    this.#sql('UPDATE run SET finished = ?, outcome = ?, report = ? WHERE id = ?').run(
      nowMs,
      outcome,
      JSON.stringify(report),
      this.#run,
    );
  }

  /** The newest runs first. */
  runs(limit: number): {
    id: number;
    command: string;
    started: number;
    finished: number | null;
    outcome: string | null;
    report: string | null;
  }[] {
    return this.#sql('SELECT * FROM run ORDER BY id DESC LIMIT ?').all(limit) as unknown as ReturnType<
      Ledger['runs']
    >;
  }

  /** Keeps a fact about the pair; undefined forgets it. */
  remember(key: string, value: string | undefined): void {
    if (value === undefined) this.#sql('DELETE FROM meta WHERE key = ?').run(key);
    else this.#sql('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }

  recall(key: string): string | undefined {
    return this.#sql('SELECT value FROM meta WHERE key = ?').get(key)?.['value'] as string | undefined;
  }

  close(): void {
    this.#statements.clear();
    try {
      this.#db.close();
    } finally {
      this.#lock?.release();
    }
  }
}

interface RawRow {
  readonly path: string;
  readonly size: number;
  readonly version: string;
  readonly identity: string | null;
  readonly digest: string | null;
  readonly stage_modified: number | null;
  readonly pending: number;
}

/** In the order of COLUMNS. */
type RawArray = readonly [
  path: string,
  size: number,
  version: string,
  identity: string | null,
  digest: string | null,
  stageModified: number | null,
  pending: number,
];

const fromArray = (raw: RawArray): LedgerRow => ({
  path: raw[0],
  size: raw[1],
  version: raw[2],
  identity: raw[3] ?? undefined,
  digest: raw[4] ?? undefined,
  stageModifiedMs: raw[5] ?? undefined,
  pending: raw[6] !== 0,
});

const toRow = (raw: RawRow): LedgerRow => ({
  path: raw.path,
  size: raw.size,
  version: raw.version,
  identity: raw.identity ?? undefined,
  digest: raw.digest ?? undefined,
  stageModifiedMs: raw.stage_modified ?? undefined,
  pending: raw.pending !== 0,
});

const text = (value: string | number | null | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
const number = (value: string | number | null | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;
