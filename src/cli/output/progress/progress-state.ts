/** A file that is being sent. */
export interface FileUnderWay {
  readonly path: string;
  /** By this attempt so far, in bytes. */
  readonly sent: number;
  /** Of the file, in bytes; undefined where nobody knows. */
  readonly size: number | undefined;
}

/** What a run waits for. Times are milliseconds since 1970. */
export type Wait =
  /** After a 429: no request is sent until then. */
  | { readonly kind: 'paused'; readonly untilMs: number }
  /** Requests a second that are let through: by the destination, or by the budget that is shared with other processes. */
  | { readonly kind: 'limited'; readonly perSecond: number; readonly budget: string | undefined }
  /** Requests fail, and are made again. */
  | {
      readonly kind: 'retrying';
      readonly sinceMs: number;
      readonly againMs: number;
      readonly message: string;
    }
  /** Until files are loaded into their table. */
  | { readonly kind: 'unloaded'; readonly files: number; readonly bytes: number }
  /** All of these files are sent, or none is under way here, and no reply has come. */
  | { readonly kind: 'reply'; readonly sinceMs: number; readonly files: number }
  /** Nothing was listed for a while. */
  | { readonly kind: 'listing'; readonly sinceMs: number }
  /** Everything is sent: what the destination shows is looked at. */
  | { readonly kind: 'confirming' };

/** What a display calls the work that it shows. */
export interface ProgressWords {
  /** 'uploading', 'removing'. */
  readonly doing: string;
  /** What is counted: 'file', 'name'. */
  readonly noun: string;
  /** How it is found out what is to be done. */
  readonly before: 'comparing' | 'looking';
}

/** How far a run is: everything that a display shows. Counts are of files, sizes in bytes. */
export interface ProgressState {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly words: ProgressWords;
  /** What sentences call the other side. */
  readonly destination: string;
  /** Entries of both ends, or those that were found; never fewer than files were sent. */
  readonly compared: number;
  /** Entries that there are; undefined while nobody knows. */
  readonly toCompare: number | undefined;
  /** About so many there are, as an earlier run has counted them; undefined where none has. */
  readonly expected: number | undefined;
  readonly isCompared: boolean;
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
  /** The totals stand. While they grow, no share can be told. */
  readonly areTotalsKnown: boolean;
  /** Folders that were made. */
  readonly folders: number;
  /** Actions: a folder that moves, or goes, as a whole is one. */
  readonly moves: number;
  readonly totalMoves: number;
  readonly removals: number;
  readonly totalRemovals: number;
  readonly failed: number;
  /** Files that were looked at to be sent, and were there already. They count nowhere else. */
  readonly same: number;
  /** Over the last seconds; undefined before there is enough to measure. */
  readonly bytesPerSecond: number | undefined;
  /** Milliseconds since the first byte. */
  readonly transferMs: number;
  /** The longest under way first. */
  readonly underWay: readonly FileUnderWay[];
  readonly wait: Wait | undefined;
  /** The run was asked to stop, and finishes what is under way. */
  readonly isStopping: boolean;
}
