import type { RunAction, RunCause, RunSummary } from '../../../model/run.ts';
import type { LedgerDatabase } from '../database/ledger-database.ts';
import {
  ACTION_COLUMNS,
  actionValues,
  FORMER_RUN_COLUMNS,
  RUN_COLUMNS,
  toAction,
  toRunSummary,
  type ActionRow,
  type RunRow,
} from './run-row.ts';

/** How long runs are remembered where nobody says otherwise, in milliseconds: 90 days. */
export const HISTORY_MS = 90 * 86_400_000;
/** However long runs are remembered, there are never more of them in a ledger, and never more of their actions. */
export const MOST_RUNS = 10_000;
export const MOST_ACTIONS = 50_000;
/** What is too old goes in steps: a run never waits for more than so many rows to be deleted. */
const STEP = 500;
/** The numbers of runs and of actions are looked at every so many runs, for that means to count them. */
const COUNTED_EVERY = 20;

export interface BegunRun {
  readonly id: string;
  readonly cause: RunCause;
  readonly command: string;
  readonly startedMs: number;
  readonly historyMs: number;
}

/** A pass of a watch that had nothing to do, or that did nothing and failed: several such in a row are remembered as one. */
export type Folding = 'idle' | 'failed';

/** As the column `idle` has it. */
const FOLDING_NUMBERS: Readonly<Record<Folding, number>> = { idle: 1, failed: 2 };

/** Which of a run's actions are wanted. */
export interface ActionsPart {
  readonly limit: number;
  readonly offset?: number | undefined;
  /** Those that failed or were skipped. */
  readonly onlyNotDone?: boolean | undefined;
}

/** The runs of a pair, in its ledger. Every method is synchronous and short. */
export class RunLog {
  readonly #db: LedgerDatabase;
  /** A ledger of an earlier format can be read, though not written. */
  readonly #isFormer: boolean;

  constructor(db: LedgerDatabase, { isFormer }: { readonly isFormer: boolean }) {
    this.#db = db;
    this.#isFormer = isFormer;
  }

  /** Notes that a run begins, and forgets some of what is too old. Returns the number that rows of files name. */
  begin({ id, cause, command, startedMs, historyMs }: BegunRun): number {
    return this.#db.transaction(() => {
      const { lastInsertRowid } = this.#db
        .sql('INSERT INTO run (command, started, name, cause) VALUES (?, ?, ?, ?)')
        .run(command, startedMs, id, cause);
      const run = Number(lastInsertRowid);
      this.#forget(run, startedMs - historyMs);
      return run;
    });
  }

  addActions(run: number, actions: readonly RunAction[]): void {
    const insert = this.#db.sql(
      `INSERT INTO run_action (run, ${ACTION_COLUMNS}) VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM run_action WHERE run = ?1), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#db.transaction(() => {
      for (const action of actions) insert.run(run, ...actionValues(action));
    });
  }

  /** `folds`: of several passes in a row only the last is kept; of those that failed, where they failed in the same way. */
  end(run: number, summary: RunSummary, { folds }: { readonly folds: Folding | undefined }): void {
    const { endedMs, outcome, report, error, failures, warnings = [], actionsCut = 0 } = summary;
    this.#db.transaction(() => {
      this.#db
        .sql(
          'UPDATE run SET finished = ?, outcome = ?, report = ?, error = ?, failures = ?, warnings = ?, actions_cut = ?, idle = ? WHERE id = ?',
        )
        .run(
          endedMs,
          outcome,
          JSON.stringify(report),
          error === undefined ? null : JSON.stringify(error),
          JSON.stringify(failures),
          JSON.stringify(warnings),
          actionsCut,
          folds === undefined ? 0 : FOLDING_NUMBERS[folds],
          run,
        );
      if (folds !== undefined) this.#fold(run, FOLDING_NUMBERS[folds]);
    });
  }

  /** Takes the pass directly before this one into it, where it was the same. */
  #fold(run: number, folding: number): void {
    const before = this.#db
      .sql(
        `SELECT id, started, folded, folded_since FROM run AS before
         WHERE id = (SELECT max(id) FROM run WHERE id < ?1) AND idle = ?2 AND EXISTS (
           SELECT 1 FROM run WHERE id = ?1 AND outcome = before.outcome AND error IS before.error
           AND failures = before.failures AND warnings = before.warnings)`,
      )
      .get(run, folding) as Pick<RunRow, 'id' | 'started' | 'folded' | 'folded_since'> | undefined;
    if (before === undefined) return;
    this.#db
      .sql('UPDATE run SET folded = ?, folded_since = ? WHERE id = ?')
      .run((before.folded ?? 0) + 1, before.folded_since ?? before.started, run);
    this.#db.sql('DELETE FROM run_action WHERE run = ?').run(before.id);
    this.#db.sql('DELETE FROM run WHERE id = ?').run(before.id);
  }

  #forget(run: number, beforeMs: number): void {
    const old = this.#db
      .sql('SELECT max(id) AS id FROM (SELECT id, started FROM run ORDER BY id LIMIT ?) WHERE started < ?')
      .get(STEP, beforeMs)?.['id'] as number | null;
    let upTo = Math.min(old ?? 0, run - 1);
    let actionsUpTo = upTo;
    if (run % COUNTED_EVERY === 0) {
      const nth = (sql: string, most: number): number =>
        (this.#db.sql(sql).get(most)?.['id'] as number | undefined) ?? 0;
      upTo = Math.max(upTo, nth('SELECT id FROM run ORDER BY id DESC LIMIT 1 OFFSET ?', MOST_RUNS));
      const beyond = 'SELECT run AS id FROM run_action ORDER BY run DESC, number DESC LIMIT 1 OFFSET ?';
      actionsUpTo = Math.max(upTo, nth(beyond, MOST_ACTIONS));
    }
    if (actionsUpTo > 0)
      this.#db
        .sql(
          'DELETE FROM run_action WHERE (run, number) IN (SELECT run, number FROM run_action WHERE run <= ? ORDER BY run, number LIMIT ?)',
        )
        .run(actionsUpTo, 2 * STEP);
    if (upTo > 0)
      this.#db
        .sql(
          'DELETE FROM run WHERE id IN (SELECT id FROM run WHERE id <= ? AND NOT EXISTS (SELECT 1 FROM run_action WHERE run = run.id) ORDER BY id LIMIT ?)',
        )
        .run(upTo, STEP);
  }

  /** The newest first; `before`: only those older than the run of that ID. Rejects with `state_unusable`. */
  page({ limit, before }: { readonly limit: number; readonly before?: string | undefined }): RunSummary[] {
    const from = before === undefined ? undefined : this.#number(before);
    const below = from === undefined ? '' : 'WHERE id < ?2';
    const rows = this.#db
      .sql(`SELECT ${this.#columns} FROM run ${below} ORDER BY id DESC LIMIT ?1`)
      .all(...(from === undefined ? [limit] : [limit, from])) as unknown as RunRow[];
    return rows.map((row) => toRunSummary(row, this.#db.file));
  }

  get(id: string): RunSummary | undefined {
    const run = this.#number(id);
    if (run === undefined) return undefined;
    const row = this.#db.sql(`SELECT ${this.#columns} FROM run WHERE id = ?`).get(run);
    return row && toRunSummary(row as unknown as RunRow, this.#db.file);
  }

  /** The actions that are remembered of a run, in their order, from behind `offset` of them on. */
  actions(id: string, { limit, offset = 0, onlyNotDone = false }: ActionsPart): RunAction[] {
    const run = this.#isFormer ? undefined : this.#number(id);
    if (run === undefined) return [];
    const which = onlyNotDone ? "AND outcome <> 'done'" : '';
    const rows = this.#db
      .sql(`SELECT ${ACTION_COLUMNS} FROM run_action WHERE run = ? ${which} ORDER BY number LIMIT ? OFFSET ?`)
      .all(run, limit, offset);
    return (rows as unknown as ActionRow[]).map(toAction);
  }

  /** Of a run that came to its end without an error and a failure, when it ended. */
  lastSuccessMs(): number | undefined {
    const error = this.#isFormer ? '' : 'AND error IS NULL';
    const row = this.#db
      .sql(
        `SELECT finished FROM run WHERE outcome IN ('clean', 'warnings') ${error} ORDER BY id DESC LIMIT 1`,
      )
      .get();
    return (row?.['finished'] as number | null | undefined) ?? undefined;
  }

  get #columns(): string {
    return this.#isFormer ? FORMER_RUN_COLUMNS : RUN_COLUMNS;
  }

  #number(id: string): number | undefined {
    const named = this.#isFormer ? undefined : this.#db.sql('SELECT id FROM run WHERE name = ?').get(id);
    if (named !== undefined) return named['id'] as number;
    if (!/^\d{1,15}$/.test(id)) return undefined;
    const unnamed = this.#isFormer ? '' : 'AND name IS NULL';
    return this.#db.sql(`SELECT id FROM run WHERE id = ? ${unnamed}`).get(Number(id))?.['id'] as
      number | undefined;
  }
}
