/** What holds a process back that does not lead any more. Made for one leadership: it never opens again. */
export interface Fence {
  /** The name of the election. */
  readonly election: string;
  /** Grows with every leader: the fencing token. */
  readonly epoch: number;
  /**
   * Throws `lease_lost` once another may lead. It asks the clocks, not a timer, so that a process that was stopped and wakes up
   * knows at once. Called right before each change.
   */
  check(): void;
}

/** The right to lead, for a time. */
export interface Lease extends Fence {
  /** Aborted, with a SyncError `lease_lost`, before the lease can have passed to somebody else. */
  readonly lost: AbortSignal;
  /** Milliseconds in which nobody else can lead, whatever happens; 0 once it is lost. */
  readonly remainingMs: number;
  /** By how much the clock that all candidates share was ahead of the own one at the last renewal, in milliseconds. */
  readonly clockAheadMs: number;
  /** Lets somebody else lead at once. Never rejects: a lease that is not given back runs out. */
  resign(): Promise<void>;
}

/** Who holds a lease, for people. */
export interface LeaseHolder {
  readonly host: string;
  readonly pid: number;
  readonly command: string;
}

/** What is known of the election now. */
export interface ElectionState {
  /** Whether the last request to what keeps the lease was answered. */
  readonly brokerUp: boolean;
  /** Why it was not. */
  readonly trouble?: string | undefined;
  /** Who leads, as far as a candidate was told; absent: nobody, or it is not known. */
  readonly leader?: LeaseHolder | undefined;
}

/** Several processes of which one leads. */
export interface LeaderElection {
  /** What is led, for people. */
  readonly name: string;
  readonly state: ElectionState;
  /** Resolves when this process leads; rejects with the signal's reason alone. An unreachable broker is asked again. */
  campaign(signal: AbortSignal): Promise<Lease>;
  /** Resolves with undefined where another leads. Rejects with `queue_unreachable` where nobody can tell. */
  tryOnce(signal: AbortSignal): Promise<Lease | undefined>;
  /** Called after each change of `state`; returns what ends that. */
  subscribe(listener: () => void): () => void;
  close(): Promise<void>;
}
