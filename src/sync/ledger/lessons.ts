import type { RelPath } from '../../model/path.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerRow } from './ledger-row.ts';

/** What the ledger gains from a comparison alone, without a request that changes anything. */
export type Lesson =
  /** A listing showed a file of ours for the first time. */
  | {
      readonly kind: 'confirm';
      readonly path: RelPath;
      readonly shownModifiedMs: number | undefined;
    }
  /** The source has the same content under another version. */
  | { readonly kind: 'renew'; readonly row: LedgerRow }
  /** Both ends had it before the ledger did. */
  | { readonly kind: 'adopt'; readonly row: LedgerRow }
  /** Neither end has it any more. */
  | { readonly kind: 'forget'; readonly path: RelPath }
  /** It is gone from the source and kept at the destination; `forgets`: its row goes, so that this is told once. */
  | { readonly kind: 'keep'; readonly path: RelPath; readonly code: string; readonly forgets: boolean };

/** So many lessons share one transaction: enough to make a commit cheap. */
const BATCH = 500;

/** Writes lessons into the ledger, in batches. */
export class Lessons {
  readonly #ledger: Ledger;
  #waiting: Lesson[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  add(lesson: Lesson): void {
    this.#waiting.push(lesson);
    if (this.#waiting.length >= BATCH) this.write();
  }

  /** Writes what still waits. */
  write(): void {
    if (this.#waiting.length === 0) return;
    const lessons = this.#waiting;
    this.#waiting = [];
    this.#ledger.transaction(() => {
      for (const lesson of lessons) this.#record(lesson);
    });
  }

  #record(lesson: Lesson): void {
    switch (lesson.kind) {
      case 'confirm':
        this.#ledger.confirm(lesson.path, lesson.shownModifiedMs);
        break;
      case 'renew':
        this.#ledger.put(lesson.row, 'touched');
        break;
      case 'adopt':
        this.#ledger.put(lesson.row, 'adopted');
        break;
      case 'forget':
        this.#ledger.forget(lesson.path);
        break;
      case 'keep':
        if (lesson.forgets) this.#ledger.forget(lesson.path);
        this.#ledger.note(lesson.path, 'keep', lesson.code);
        break;
    }
  }
}
