import type { Problem } from '../model/entry.ts';
import { errorData, type ErrorData, type SyncError } from '../model/errors.ts';
import type { Outcome, SyncEvent } from '../model/events.ts';
import type { RelPath } from '../model/path.ts';

/** A change of files at a destination. Paths are from its top; folders end in '/'. */
export interface FileChange {
  readonly kind: 'remove' | 'move' | 'create_folder';
  readonly path: RelPath;
  /** Where a move goes. */
  readonly to?: RelPath;
  /** Files that went: one, or all that were in a folder. Absent where nobody counted them. */
  readonly files?: number;
  /** Of these files. */
  readonly bytes?: number;
}

/** What became of a command that changes files. Counts are of files unless they say folders. */
export interface FilesReport {
  readonly type: 'report';
  readonly outcome: Outcome;
  readonly dryRun: boolean;
  readonly removed: number;
  readonly foldersRemoved: number;
  /** Bytes of the files that were removed. */
  readonly bytes: number;
  /** Files and folders that moved; a folder that moves as a whole is one. */
  readonly moved: number;
  readonly foldersCreated: number;
  /** Problems that were told as failures. */
  readonly failed: number;
  /** Requests that were sent, every attempt counted. */
  readonly requests: number;
  /** What ended the work early. */
  readonly error?: ErrorData;
}

/** What a command that changes files tells while it works. */
export type FileEvent =
  /** Only in a dry run: what would be done. */
  | ({ readonly type: 'planned' } & FileChange)
  /** It was done. */
  | ({ readonly type: 'action' } & FileChange)
  | ({ readonly type: 'problem'; readonly path: RelPath } & Problem)
  /** Of the requests: one is made again, all have to wait, or the budget that they share is not reached. */
  | Extract<SyncEvent, { type: 'retry' | 'throttled' | 'budget' }>
  | FilesReport;

export type FileEventListener = (event: FileEvent) => void;

export interface FilesTallyOptions {
  readonly dryRun: boolean;
  /** Hears of what is found before anything is changed. */
  readonly onSeen?: ((many: number) => void) | undefined;
}

/** Counts what is told, for the report. */
export class FilesTally {
  readonly #listener: FileEventListener;
  readonly #dryRun: boolean;
  readonly #onSeen: (files: number) => void;
  readonly #counts = { removed: 0, foldersRemoved: 0, bytes: 0, moved: 0, foldersCreated: 0, failed: 0 };
  #warned = false;

  constructor(listener: FileEventListener, { dryRun, onSeen = () => undefined }: FilesTallyOptions) {
    this.#listener = listener;
    this.#dryRun = dryRun;
    this.#onSeen = onSeen;
  }

  /** So many files, or names that are to move, were found before anything is changed. For progress. */
  seen(many: number): void {
    this.#onSeen(many);
  }

  /** Tells of a change that was made, or under a dry run would be. `folders`: those that went with a removal. */
  changed(change: FileChange, { folders = 0 }: { readonly folders?: number } = {}): void {
    const counts = this.#counts;
    if (change.kind === 'remove') {
      counts.removed += change.files ?? 0;
      counts.bytes += change.bytes ?? 0;
      counts.foldersRemoved += folders;
    } else counts[change.kind === 'move' ? 'moved' : 'foldersCreated']++;
    this.#listener({ type: this.#dryRun ? 'planned' : 'action', ...change });
  }

  problem(path: RelPath, problem: Problem): void {
    if (problem.severity === 'failure') this.#counts.failed++;
    else this.#warned = true;
    this.#listener({ type: 'problem', path, ...problem });
  }

  /** The last event. `error`: what ended the work early. */
  report({
    requests,
    error,
  }: {
    readonly requests: number;
    readonly error: SyncError | undefined;
  }): FilesReport {
    const report: FilesReport = {
      type: 'report',
      outcome: this.#outcome(error),
      dryRun: this.#dryRun,
      ...this.#counts,
      requests,
      ...(error !== undefined && { error: errorData(error) }),
    };
    this.#listener(report);
    return report;
  }

  #outcome(error: SyncError | undefined): Outcome {
    if (error?.code === 'interrupted') return 'interrupted';
    if (error?.code === 'not_confirmed') return 'refused';
    if (error !== undefined || this.#counts.failed > 0) return 'failures';
    return this.#warned ? 'warnings' : 'clean';
  }
}
