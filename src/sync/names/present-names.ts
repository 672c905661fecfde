import { afterFolder, isFolderPath, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { LedgerDatabase } from '../ledger/database/ledger-database.ts';
import { LOADED } from '../ledger/ledger-row.ts';

/** A name that stands, or stood, for a file whose path is another one. Paths are relative to the target folder; what is not in it begins with a slash. */
export interface PresentName {
  readonly name: RelPath;
  /** The path that the file has in the source, and in the rows of the ledger. */
  readonly path: RelPath;
  readonly state: 'moving' | 'present' | 'former';
  /** Bytes. */
  readonly size: number;
  /** What the destination showed, in milliseconds since 1970. */
  readonly modifiedMs: number | undefined;
}

/**
 * 0: the file was about to be moved to the name. 1: it is there, and not under its path. 2: the name has an earlier content of
 * the file, which is to be removed.
 */
const STATES = ['moving', 'present', 'former'] as const;
const FORMER = 2;

const HAS_TABLE = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'present_name'";
const SELECT = 'SELECT name, path, state, size, modified FROM present_name';

/** Files of ours that are at the destination under other names than their paths. Costs nothing as long as there are none. */
export class PresentNames {
  readonly #db: LedgerDatabase;
  #any: boolean | undefined;

  constructor(db: LedgerDatabase) {
    this.#db = db;
  }

  /** Whether there is any such name. A ledger of a former format has none. */
  get any(): boolean {
    this.#any ??=
      this.#db.sql(HAS_TABLE).get() !== undefined && this.#db.sql(`${SELECT} LIMIT 1`).get() !== undefined;
    return this.#any;
  }

  /** The name under which the file of a path is, or is about to be. */
  of(path: RelPath): PresentName | undefined {
    return this.#one(`${SELECT} WHERE path = ? AND state <> ${FORMER} ORDER BY state DESC LIMIT 1`, path);
  }

  /** All names under which the file of a path may be: where it is, and where it is about to be. */
  allOf(path: RelPath): PresentName[] {
    return this.#all(`${SELECT} WHERE path = ? AND state <> ${FORMER} ORDER BY state DESC`, path);
  }

  /** What a name stands for. */
  at(name: RelPath): PresentName | undefined {
    return this.#one(`${SELECT} WHERE name = ?`, name);
  }

  /** Names directly in one folder. */
  in(folder: RelPath): PresentName[] {
    return this.#all(`${SELECT} WHERE folder = ? ORDER BY state`, folder);
  }

  /** Names at which an earlier content of a file is. */
  formerOf(path: RelPath): PresentName[] {
    return this.#all(`${SELECT} WHERE path = ? AND state = ${FORMER}`, path);
  }

  /** At most `limit` names in one state, in order, after one of them. */
  page(state: PresentName['state'], after: RelPath, limit: number): PresentName[] {
    return this.#all(
      `${SELECT} WHERE state = ? AND name > ? ORDER BY name LIMIT ?`,
      STATES.indexOf(state),
      after,
      limit,
    );
  }

  /** Writes down what a name stands for. */
  set({ name, path, state, size, modifiedMs }: PresentName): void {
    this.#any = true;
    this.#db
      .sql(
        'INSERT OR REPLACE INTO present_name (name, folder, path, state, size, modified) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(name, parentOf(name), path, STATES.indexOf(state), size, modifiedMs ?? null);
  }

  /** The name stands for nothing of ours any more. */
  forget(name: RelPath): void {
    if (this.any) this.#db.sql('DELETE FROM present_name WHERE name = ?').run(name);
  }

  /**
   * A new content came to the path: what is under another name is of before, with the time that the row knows of it, which a move
   * of its folder may have changed. Called before the row of the path changes.
   */
  superseded(path: RelPath): void {
    if (!this.any) return;
    this.#db
      .sql(
        `UPDATE present_name SET state = ${FORMER},
          modified = iif(state = ${FORMER}, modified,
            coalesce((SELECT shown_modified FROM entry WHERE entry.path = present_name.path), modified)) WHERE path = ?`,
      )
      .run(path);
  }

  /** The file of the path is gone, or everything below a folder. What is of before stays to be removed. */
  gone(path: RelPath): void {
    if (!this.any) return;
    if (!isFolderPath(path))
      this.#db.sql(`DELETE FROM present_name WHERE path = ? AND state <> ${FORMER}`).run(path);
    else this.#db.sql('DELETE FROM present_name WHERE name >= ? AND name < ?').run(path, afterFolder(path));
  }

  /** A folder has moved, or is about to: then the names count in both places, and stand for nothing where no file is. */
  folderMoved(from: RelPath, to: RelPath, { keepsFormer }: { readonly keepsFormer: boolean }): void {
    if (!this.any) return;
    const end = afterFolder(from);
    this.#db
      .sql(
        `INSERT OR REPLACE INTO present_name (name, folder, path, state, size, modified)
          SELECT ?1 || substr(name, length(?2) + 1), ?1 || substr(folder, length(?2) + 1),
            ?1 || substr(path, length(?2) + 1), state, size, modified FROM present_name WHERE name >= ?2 AND name < ?3`,
      )
      .run(to, from, end);
    if (!keepsFormer) this.#db.sql('DELETE FROM present_name WHERE name >= ? AND name < ?').run(from, end);
  }

  /** The file has another number now, which pipelines may know. */
  renamed(there: PresentName, name: RelPath): void {
    this.#db.transaction(() => {
      this.forget(there.name);
      this.set({ ...there, name });
      this.#mayBeKnown(there.path);
    });
  }

  /** The file has its own name again: what is known of it is not what a listing will show, and pipelines may know the name. */
  returned({ name, path }: PresentName): void {
    this.#db.transaction(() => {
      this.forget(name);
      this.#db
        .sql(`UPDATE entry SET pending = 1, shown_modified = NULL WHERE path = ? AND pending <> ${LOADED}`)
        .run(path);
      this.#mayBeKnown(path);
    });
  }

  #mayBeKnown(path: RelPath): void {
    this.#db.sql(`UPDATE load SET replaced = 1, readers = '{}' WHERE path = ?`).run(path);
  }

  #one(sql: string, ...values: readonly string[]): PresentName | undefined {
    if (!this.any) return undefined;
    const row = this.#db.sql(sql).get(...values);
    return row === undefined ? undefined : toName(row);
  }

  #all(sql: string, ...values: readonly (string | number)[]): PresentName[] {
    return this.any
      ? this.#db
          .sql(sql)
          .all(...values)
          .map(toName)
      : [];
  }
}

const toName = (row: Readonly<Record<string, unknown>>): PresentName => ({
  name: row['name'] as string,
  path: row['path'] as string,
  state: STATES[row['state'] as number] ?? 'former',
  size: row['size'] as number,
  modifiedMs: (row['modified'] as number | null) ?? undefined,
});
