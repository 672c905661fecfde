import { isOfReading, isSyncError, SyncError } from '../../model/errors.ts';
import type { Operation } from '../../model/errors.ts';
import { GrowingDelay } from '../../model/growing-delay.ts';
import type { RelPath } from '../../model/path.ts';

/** What the gate has to know of a request, to give it a turn, to retry it and to tell people of it. */
export interface GateRequest {
  readonly operation: Operation;
  readonly path: RelPath;
  /** Of an upload. */
  readonly bytes?: number | undefined;
  /** Where a move goes. */
  readonly to?: RelPath | undefined;
  /** The first request of an action: once the run drains the request is not sent any more, and rejects with the reason. */
  readonly begins?: boolean | undefined;
  /** Default: 'normal'. */
  readonly priority?: Priority | undefined;
}

/**
 * The order within a job. `urgent`: a name is empty, or files wait, until this request is made. `idle`:
 * nobody waits for it, so it takes a slot only when no other request of any job waits; see GateUse.idleWaits.
 */
export type Priority = 'urgent' | 'normal' | 'idle';

/**
 * Makes one attempt. `attempt` counts from 1. `inDoubt`: an earlier attempt may have been carried out although it
 * failed.
 */
export type Attempt<T> = (attempt: number, inDoubt: boolean) => Promise<T>;

const CHANGES: ReadonlySet<Operation> = new Set<Operation>([
  'upload',
  'create_folder',
  'move',
  'remove',
  'change',
]);
/** Waits between two attempts. */
const WAIT = { firstMs: 250, longestMs: 20_000 };

/** What has become of one request so far. */
export class Attempts {
  readonly request: GateRequest;
  /** The number of the attempt that is due or under way, from 1. */
  number = 1;
  /** What the latest failed attempt said. */
  last: SyncError | undefined;
  /** Whether an attempt so far may have been carried out although it failed. */
  inDoubt = false;
  #failures = 0;
  #wait: GrowingDelay | undefined;

  constructor(request: GateRequest) {
    this.request = request;
  }

  /** Whether nothing of the action that the request belongs to has been sent. */
  get nothingBegun(): boolean {
    return this.request.begins === true && this.number === 1;
  }

  get priority(): Priority {
    return this.request.priority ?? 'normal';
  }

  get isUrgent(): boolean {
    return this.request.priority === 'urgent';
  }

  /** Whether a name stays empty without it, so that it is tried once more even when the job is given up. */
  get mustBeTried(): boolean {
    return this.isUrgent && this.request.begins !== true;
  }

  /** `counts`: the failure uses up one of the attempts. Returns how many are used up. */
  failed(error: SyncError, { counts }: { readonly counts: boolean }): number {
    this.last = error;
    this.inDoubt ||= error.inDoubt;
    if (counts) this.#failures++;
    return counts ? this.#failures : 0;
  }

  /** The longest wait before the next attempt, in milliseconds; it grows with every call. */
  nextWait(): number {
    return (this.#wait ??= new GrowingDelay(WAIT)).next();
  }

  /** What the request rejects with. A change stays in doubt when an early attempt was, whatever became of the last one. */
  verdictOf(error: unknown): unknown {
    const forgets = this.inDoubt && CHANGES.has(this.request.operation);
    return forgets && isSyncError(error) && !error.inDoubt ? error.with({ inDoubt: true }) : error;
  }
}

/** Thrown in place of an attempt that is not made; `reason` is what the request rejects with. */
export class NotMade extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super('not made');
    this.reason = reason;
  }
}

/** `name`: what sentences call the other side. */
export const stoppedMidway = (name: string, cause: unknown): SyncError =>
  new SyncError(
    'interrupted',
    `stopped halfway, while ${name} asked for a wait; the next run goes on from there`,
    { verdict: 'end_run', cause },
  );

/** A source that is asked too often is no reason to ask the destination less often. */
export function isThrottled(error: unknown, { operation }: GateRequest): error is SyncError {
  if (!isSyncError(error) || error.verdict !== 'retry' || error.fact !== 'slow_down') return false;
  return !isOfReading(error) || operation === 'read';
}

/** What ends a job when one request after the other fails. */
export const nothingWorks = (error: SyncError, failures: number): SyncError => {
  const { code, fact, operation, path, details, inDoubt } = error;
  const told = ` (${failures} requests in a row failed; gave up)`;
  return new SyncError(code, (name) => (name === 'it' ? error.besidePath : error.message) + told, {
    fact,
    operation,
    path,
    details,
    inDoubt,
    verdict: 'end_run',
    cause: error,
  });
};
