import type { WorkersProgress, WorkersReport } from './cluster/workers-report.ts';
import type { Problem } from './entry.ts';
import type { ErrorData, Operation } from './errors.ts';
import type { BudgetNotice, Pace } from './pace.ts';
import type { RelPath } from './path.ts';
import type { LoadError } from './pipelines.ts';
import type { ActionLine, PlanCost, PlanLine } from './plan.ts';

export type Outcome = 'clean' | 'warnings' | 'failures' | 'refused' | 'interrupted';

/** What the trash of a destination holds of a pair. */
export interface TrashReport {
  /** Put there by this pass. */
  readonly files: number;
  readonly bytes: number;
  /** All that runs of this pair have put there and that is not swept yet, by their own count. */
  readonly heldFiles: number;
  readonly heldBytes: number;
}

/** How far the files of a job are on their way to the table. */
export interface LoadReport {
  /** On the Stage, and not known to be loaded. */
  readonly unloadedFiles: number;
  readonly unloadedBytes: number;
  /** When the first of these came, in milliseconds since 1970; absent where there is none. */
  readonly oldestUnloadedMs?: number | undefined;
  /** Files that this pass found to be loaded. */
  readonly loaded: number;
  /** Of those that are not loaded, files that a pipeline read before their content changed: it does not read them again by itself. */
  readonly notReloaded: number;
  /** Of those that are not loaded, files that a pipeline gave up. */
  readonly skipped: number;
  /** Files that this pass had read again. */
  readonly reloaded: number;
  /** Files that left the Stage in this pass because they are loaded. */
  readonly removed: number;
  readonly removedBytes: number;
  /** Of the files that this run sent; absent where it did not wait for them. */
  readonly waited?: { readonly files: number; readonly loaded: number } | undefined;
}

/** What one pass did. Counts are of files unless they say folders. */
export interface Report {
  readonly type: 'report';
  readonly outcome: Outcome;
  readonly uploaded: number;
  readonly moved: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly adopted: number;
  /** The whole source was looked at, and has no file that takes part. Mostly its address is wrong. */
  readonly emptySource?: true | undefined;
  /** Files that were read back and are what was sent; absent where nobody asked for that. */
  readonly verified?: number | undefined;
  /** What went into the trash; absent where nothing is kept. */
  readonly trash?: TrashReport | undefined;
  /** How far files are on their way to the table; absent where nobody asks for that. */
  readonly load?: LoadReport | undefined;
  /** Entries left out with a warning. */
  readonly skipped: number;
  readonly failed: number;
  /** Below the destination. */
  readonly foldersCreated: number;
  readonly foldersRemoved: number;
  /** Bytes of the files uploaded. */
  readonly bytes: number;
  /** Requests sent to the destination, every attempt counted. */
  readonly requests: number;
  readonly retries: number;
  /** What workers did; absent where this process sent the files. */
  readonly workers?: WorkersReport | undefined;
  readonly durationMs: number;
  readonly dryRun: boolean;
  /** How fast requests went in the end, and why not faster. Absent where none was sent. */
  readonly pace?: Pace | undefined;
}

/** The report of a run that did nothing. */
export const emptyReport = (outcome: Outcome): Report => ({
  type: 'report',
  outcome,
  uploaded: 0,
  moved: 0,
  removed: 0,
  unchanged: 0,
  adopted: 0,
  skipped: 0,
  failed: 0,
  foldersCreated: 0,
  foldersRemoved: 0,
  bytes: 0,
  requests: 0,
  retries: 0,
  durationMs: 0,
  dryRun: false,
});

/** An action that is over: its line, as a plan has it, and how it ended. A `within` counts in its folder's own event. */
export type ActionEvent = { readonly type: 'action' } & ActionLine & {
    readonly ms: number;
  } & (
    | { readonly outcome: 'done'; readonly error?: undefined }
    /** The message of `error` leaves out the path that stands beside it. */
    | { readonly outcome: 'failed' | 'skipped'; readonly error: ErrorData }
  );

/** Files of the source that a pass knows of before it has compared them. */
export interface FilesAhead {
  readonly files: number;
  readonly bytes: number;
  /** The source has no others: its listing has come to its end. */
  readonly whole: boolean;
  /** The destination has nothing that one of them could equal: all of them will be sent. */
  readonly allNew: boolean;
}

/** What the engine tells while it works. Everything in it is safe to print. */
export type SyncEvent =
  | {
      readonly type: 'pass:started';
      readonly source: string;
      readonly destination: string;
      readonly dryRun: boolean;
    }
  /** How far the comparison is; `listed` becomes the total once `done`. */
  | {
      readonly type: 'listing';
      readonly listed: number;
      readonly toUpload: number;
      readonly toUploadBytes: number;
      /** Of the source: files that are listed and not yet compared. Of a first run alone. */
      readonly ahead?: FilesAhead | undefined;
      /** Entries that the last run which compared everything has listed: about so many there are. Absent where there was none. */
      readonly expected?: number | undefined;
      readonly done: boolean;
    }
  /** When the whole plan is known; under --dry-run always. What was sent during the listing is in it. */
  | {
      readonly type: 'plan';
      readonly cost: PlanCost;
      readonly estimateMs: number;
      /** Whether the estimate rests on what earlier runs measured of this destination, or on what is usual. */
      readonly estimateFrom: 'measured' | 'usual';
    }
  /** Only under --dry-run: what would be done. */
  | ({ readonly type: 'planned' } & PlanLine)
  | {
      readonly type: 'transfer';
      readonly path: RelPath;
      /** Sent since the last such event of this file. */
      readonly bytes: number;
      /** Sent by this attempt so far; each attempt begins at the first byte. */
      readonly sent: number;
      /** Of the file, in bytes. */
      readonly size?: number | undefined;
    }
  | ActionEvent
  | ({ readonly type: 'problem'; readonly path: RelPath } & Problem)
  /** An attempt failed and will be made again. */
  | {
      readonly type: 'retry';
      readonly operation: Operation;
      /** In the target folder, or from the top of the destination where a hidden name lies outside of it. */
      readonly path: RelPath;
      /** Where a move goes. */
      readonly to?: RelPath | undefined;
      /** The attempt that failed, from 1. */
      readonly attempt: number;
      readonly waitMs: number;
      /** Its message leaves out the path that stands beside it. */
      readonly error: ErrorData;
    }
  /**
   * A pipeline read the file before its content changed. `statement` makes the pipeline read it again: it was sent, or it is for
   * people to send.
   */
  | {
      readonly type: 'reload';
      readonly path: RelPath;
      readonly pipeline: string;
      /** Absent where the file got another name. */
      readonly statement?: string | undefined;
      /** The name that the file got, so that the pipeline reads it. */
      readonly name?: RelPath | undefined;
      readonly sent: boolean;
    }
  /** What the database says of a file that this run sent, while the run waits for it. `error` is what its pipeline said. */
  | {
      readonly type: 'load';
      readonly path: RelPath;
      /** `not_loaded`: not when the wait was over. */
      readonly outcome: 'loaded' | 'skipped' | 'not_loaded';
      readonly pipeline?: string | undefined;
      readonly error?: LoadError | undefined;
    }
  /** Sending waits until less is unloaded (`waits`), or goes on. */
  | {
      readonly type: 'unloaded';
      readonly waits: boolean;
      readonly files: number;
      readonly bytes: number;
      readonly mostBytes: number;
    }
  /** Requests go at another pace now, or for another reason. */
  | ({ readonly type: 'pace' } & Pace)
  /** The destination asked us to slow down: requests start no faster than this now. */
  | { readonly type: 'throttled'; readonly requestsPerSecond: number; readonly pauseMs: number }
  /** The budget shared with other processes cannot be reached, so that this run keeps to a share of its own; or it is reached again. */
  | ({ readonly type: 'budget' } & BudgetNotice)
  /** Where workers send the files: what they have done, and what is with them now. */
  | ({ readonly type: 'workers' } & WorkersProgress)
  | Report;

/** Must not throw; a listener that does is ignored. */
export type EventListener = (event: SyncEvent) => void;
