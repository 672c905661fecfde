import type { WorkersReport } from '../model/cluster/workers-report.ts';
import type { Problem } from '../model/entry.ts';
import type { EventListener, LoadReport, Outcome, Report, SyncEvent, TrashReport } from '../model/events.ts';
import type { Pace } from '../model/pace.ts';
import type { RelPath } from '../model/path.ts';
import { UnsettledPaths } from './unsettled-paths.ts';

/** So many troubles are remembered, so that none of them is told again. */
const MOST_TOLD = 10_000;

/** Counts what a pass does, tells listeners, and makes the report. */
export class Tally {
  uploaded = 0;
  moved = 0;
  removed = 0;
  skipped = 0;
  failed = 0;
  /** Uploads, moves and folders that failed. */
  changesFailed = 0;
  /** Those of them that the destination did not take. Where there are any, nothing is removed. */
  changesRefused = 0;
  /** Undefined where nothing is read back. */
  verified: number | undefined;
  foldersCreated = 0;
  foldersRemoved = 0;
  bytes = 0;
  /** Rounds of a run see the same trouble again: it is told and counted once. */
  round = 1;
  readonly unsettled = new UnsettledPaths();
  /** Called with each failure. */
  onFailure: (() => void) | undefined;
  readonly #told = new Set<string>();
  readonly #listener: EventListener;

  constructor(listener: EventListener) {
    this.#listener = listener;
  }

  /** A listener that throws must not break a run. */
  emit = (event: SyncEvent): void => {
    try {
      this.#listener(event);
    } catch {
      // the listener's own trouble
    }
  };

  /** Whether this trouble was told in an earlier round. */
  isTold(path: RelPath, code: string): boolean {
    const key = `${code}\n${path}`;
    // what is left aside is met again by the recovery at the end of the round that left it
    if ((this.round > 1 || code === 'left_aside') && this.#told.has(key)) return true;
    if (this.#told.size < MOST_TOLD) this.#told.add(key);
    return false;
  }

  problem = (path: RelPath, problem: Problem): void => {
    if (this.isTold(path, problem.code)) return;
    if (problem.severity === 'failure') this.failed++;
    else this.skipped++;
    this.unsettled.problem(path, problem);
    this.emit({ type: 'problem', path, ...problem });
    if (problem.severity === 'failure') this.onFailure?.();
  };

  /** Whether anything at the destination is known to have changed. */
  get hasChanged(): boolean {
    return this.uploaded + this.moved + this.removed + this.foldersCreated + this.foldersRemoved > 0;
  }

  report(facts: {
    readonly unchanged: number;
    readonly adopted: number;
    readonly requests: number;
    readonly retries: number;
    readonly workers?: WorkersReport | undefined;
    readonly durationMs: number;
    readonly dryRun: boolean;
    readonly emptySource: boolean;
    readonly trash?: TrashReport | undefined;
    readonly load?: LoadReport | undefined;
    readonly outcome?: Outcome | undefined;
    readonly pace?: Pace | undefined;
  }): Report {
    const plain: Outcome = this.failed > 0 ? 'failures' : this.skipped > 0 ? 'warnings' : 'clean';
    return {
      type: 'report',
      outcome: facts.outcome ?? plain,
      uploaded: this.uploaded,
      moved: this.moved,
      removed: this.removed,
      unchanged: facts.unchanged,
      adopted: facts.adopted,
      skipped: this.skipped,
      failed: this.failed,
      foldersCreated: this.foldersCreated,
      foldersRemoved: this.foldersRemoved,
      bytes: this.bytes,
      requests: facts.requests,
      retries: facts.retries,
      durationMs: Math.round(facts.durationMs),
      dryRun: facts.dryRun,
      ...(facts.emptySource && { emptySource: true as const }),
      ...(this.verified !== undefined && { verified: this.verified }),
      ...(facts.workers !== undefined && { workers: facts.workers }),
      ...(facts.trash !== undefined && { trash: facts.trash }),
      ...(facts.load !== undefined && { load: facts.load }),
      ...(facts.pace !== undefined && { pace: facts.pace }),
    };
  }
}
