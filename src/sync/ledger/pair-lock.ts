/** Who holds a pair, as the holder wrote it. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface PairLock {
  release(): void;
}

/**
 * Takes the lock of a pair, so that no two runs work on one pair; `file` is the path of the lock. A killed holder must not
 * leave the pair locked. Rejects with `locked`, naming the holder, or with `state_unusable`.
 */
export type LockPair = (file: string, holder: Holder) => PairLock;
