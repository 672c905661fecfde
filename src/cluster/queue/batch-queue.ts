import type { Batch, BatchAnswer } from './wire/batch.ts';

/**
 * What became of a batch that was to be taken back: certainly nobody had begun it; somebody may have begun it, and lost it; somebody is carrying it
 * out; it is not there.
 */
export type Withdrawal = 'not_begun' | 'begun' | 'busy' | 'gone';

/** Nobody has begun it; a worker carries it out; its answer waits to be taken. */
export type BatchState = 'waiting' | 'active' | 'answered';

export interface ShipOptions {
  /** It was shipped before, and the broker has forgotten it: somebody may have carried it out. */
  readonly again?: boolean | undefined;
}

/**
 * The broker as the one coordinator of a pair sees it. It may forget, repeat, delay and reorder: whoever uses it believes only
 * the ledger. Every method rejects with `queue_unreachable` when it is away, and with `queue_misconfigured` when it cannot take more.
 */
export interface BatchQueue {
  /** For people: its address without a password. */
  readonly name: string;
  /**
   * From now on this run is the one of the pair that counts. Resolves with its epoch, which is higher than that of every run
   * before it, as far as the broker remembers.
   */
  claim(run: string): Promise<number>;
  /** It still is; also where the broker has forgotten it. Rejects with `locked` where a later run has claimed the pair. */
  reclaim(run: string, epoch: number): Promise<void>;
  /** Nothing of this run is begun any more. */
  release(run: string): Promise<void>;
  /** Puts a batch in. One of the same ID that is there stays as it is. */
  ship(batch: Batch, options?: ShipOptions): Promise<void>;
  /** Those of the batches that it has, or whose answers it has. */
  known(ids: readonly string[]): Promise<ReadonlyMap<string, BatchState>>;
  /** The batches of this pair that wait or are being carried out, whichever run made them. */
  batches(): Promise<readonly Pick<Batch, 'id' | 'items'>[]>;
  withdraw(id: string): Promise<Withdrawal>;
  /** How many batches of all pairs are being carried out. */
  active(): Promise<number>;
  /** Answers that nobody has acknowledged. */
  answers(): Promise<readonly BatchAnswer[]>;
  acknowledge(batch: string): Promise<void>;
  /** From now on each answer is given to the listener, once or more often; acknowledged when that resolves. Undefined: no longer. */
  listen(listener: ((answer: BatchAnswer) => Promise<void>) | undefined): Promise<void>;
  close(): Promise<void>;
}
