/** Counts of one pass. */
export interface QueueCounts {
  /** Batches that were answered. */
  batches: number;
  /** Requests that workers made, every attempt counted. */
  requests: number;
  /** Batches that the broker had forgotten, and that were shipped again. */
  reshipped: number;
  /** Answers that came again, or of batches of earlier passes. */
  duplicates: number;
  /** Answers of batches that had been delivered before. */
  redelivered: number;
}
