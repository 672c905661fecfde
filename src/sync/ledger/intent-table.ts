import type { RelPath } from '../../model/path.ts';
import type { LedgerDatabase } from './database/ledger-database.ts';
import { INTENT_COLUMNS, intentValues, toIntent } from './intent.ts';
import type { Intent, StoredIntent } from './intent.ts';

/** The changes that were begun and are not known to have ended. */
export class IntentTable {
  readonly #db: LedgerDatabase;

  constructor(db: LedgerDatabase) {
    this.#db = db;
  }

  /** Returns their IDs, one for each. */
  add(intents: readonly Intent[], nowMs: number): number[] {
    const places = INTENT_COLUMNS.replaceAll(/\w+/g, '?');
    const insert = this.#db.sql(`INSERT INTO intent (${INTENT_COLUMNS}) VALUES (${places})`);
    return this.#db.transaction(() =>
      intents.map((intent) => Number(insert.run(...intentValues(intent, nowMs)).lastInsertRowid)),
    );
  }

  /** Notes the hidden names that a put goes through from now on. */
  detour(id: number, via: RelPath, aside: RelPath | undefined): void {
    this.#db.sql('UPDATE intent SET via = ?, aside = ? WHERE id = ?').run(via, aside ?? null, id);
  }

  drop(id: number): void {
    this.#db.sql('DELETE FROM intent WHERE id = ?').run(id);
  }

  /** The changes that an earlier run had begun and not finished, oldest first. */
  all(): StoredIntent[] {
    return this.#db.sql('SELECT * FROM intent ORDER BY id').all().map(toIntent);
  }

  /** Whether a change is under way, or in doubt, that is about the file `path` or a folder above it. */
  isUnderWay(path: RelPath): boolean {
    const about = (column: string): string =>
      `${column} = ?1 OR (${column} LIKE '%/' AND substr(?1, 1, length(${column})) = ${column})`;
    return (
      this.#db
        .sql(
          `SELECT 1 FROM intent WHERE op <> 'staging' AND (${about('path')} OR ${about('to_path')}) LIMIT 1`,
        )
        .get(path) !== undefined
    );
  }
}
