/** A worker, as it told of itself a moment ago. */
export interface QueueWorker {
  readonly name: string;
  /** Absent: a worker of a release that did not tell. */
  readonly host?: string | undefined;
  readonly pid?: number | undefined;
  /** Since when it takes batches, by the clock of its machine: milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  /** Requests that it may have at the same time. */
  readonly lanes: number;
  /** Files, and batches, that it is carrying out. */
  readonly transfers: number;
  readonly batches: number;
}

/** What a queue holds of one pair. Counts are of batches. */
export interface QueuedPair {
  /** Names the pair in the queue. */
  readonly pair: string;
  /** The labels of both ends; absent where nobody has told them. */
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  /** Who runs it, and since when, by the clock of that machine; absent: as above. */
  readonly host?: string | undefined;
  readonly pid?: number | undefined;
  readonly sinceMs?: number | undefined;
  /** Whether its sync gave a sign of life within the last seconds. What it left is for its next run. */
  readonly isAtWork: boolean;
  /** Nobody has begun them. */
  readonly waiting: number;
  /** Workers are carrying them out. */
  readonly active: number;
  /** Their answers wait until the sync has written them down. */
  readonly answered: number;
}

/** A queue and who works for it, as of one look. */
export interface QueueState {
  /** The address without a password. */
  readonly queue: string;
  readonly workers: readonly QueueWorker[];
  readonly pairs: readonly QueuedPair[];
}
