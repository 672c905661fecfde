/** The queue by which the files of a pair are sent, as it was written. */
export interface QueuePlace {
  /** May have a password. */
  readonly url: string;
  /** The flag, variable or key that names it, for messages. */
  readonly from: string;
  /** Whether others can read the text, as they can a command line. */
  readonly isPublic: boolean;
}

/** The variable that names a queue; unlike a command line it may have a password. */
export const QUEUE_VARIABLE = 'STAGESYNC_QUEUE_URL';
