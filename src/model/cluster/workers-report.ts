/** What workers did for a run. */
export interface WorkersReport {
  /** Batches that they answered. */
  readonly batches: number;
  /** Requests to the destination that they made, every attempt counted. Those of the run itself are not among them. */
  readonly requests: number;
  /** Of the batches, those that the queue had given to a worker before. */
  readonly redelivered: number;
  /** Answers that came again, or of an earlier run. */
  readonly duplicates: number;
  /** Batches that the queue had forgotten, and that were put into it again. */
  readonly reshipped: number;
}

/** The same while the run goes on, and what is with workers now: it was handed over, and is not answered. */
export interface WorkersProgress extends WorkersReport {
  readonly files: number;
  readonly bytes: number;
  /** Batches that nobody has begun; that a worker carries out; whose answer is about to be taken. */
  readonly waiting: number;
  readonly active: number;
  readonly answered: number;
  /** When the oldest of these batches was put into the queue, in milliseconds since 1970; absent where there is none. */
  readonly oldestMs?: number | undefined;
}
