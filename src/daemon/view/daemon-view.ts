import type { WorkersProgress } from '../../model/cluster/workers-report.ts';
import type { Pace } from '../../model/pace.ts';
import type { RunCause, RunSummary } from '../../model/run.ts';
import type { MachinesView } from './machines-view.ts';

export type { FailureGroup, RunAction, RunCause, RunSummary } from '../../model/run.ts';

/**
 * What the daemon of a jobs file shows of itself: plain data, as JSON has it, made anew for each request. Times are
 * milliseconds since 1970. Names and messages are not escaped: whoever prints them does that.
 */
export interface DaemonView {
  readonly startedMs: number;
  readonly file: string;
  /** Why the file as it is now is not what runs; undefined: it is. */
  readonly fileProblem?: string | undefined;
  readonly jobs: readonly JobView[];
  /** Where several daemons take turns to lead; absent: this one is alone. */
  readonly leadership?: LeadershipView | undefined;
  /** What is shared with other machines besides; absent: nothing is. */
  readonly machines?: MachinesView | undefined;
}

/** The part of a daemon in an election. */
export interface LeadershipView {
  /** What is led. */
  readonly name: string;
  readonly state: 'standby' | 'leading';
  /** While it leads. */
  readonly epoch?: number | undefined;
  /** Whether the broker that keeps the lease answers. */
  readonly brokerUp: boolean;
  /** Who leads, where another does: 'host (process 12)'. */
  readonly leader?: string | undefined;
}

export type JobState =
  /** Waits for its schedule, for a change, or to be asked. */
  | 'idle'
  /** Due, and waits for its turn. */
  | 'queued'
  | 'starting'
  | 'listing'
  | 'transferring'
  | 'backing_off'
  | 'halted'
  | 'paused'
  /** Another daemon leads, and runs it. */
  | 'standby'
  | 'stopping';

export interface JobView {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly state: JobState;
  /** Why it backs off, is halted or waits. */
  readonly reason?: string | undefined;
  readonly stateSinceMs: number;
  readonly watch: boolean;
  readonly schedule?: { readonly cron: string; readonly timeZone: string } | undefined;
  readonly nextRunMs?: number | undefined;
  /** When the oldest change that is not yet at the destination was heard of. */
  readonly oldestChangeMs?: number | undefined;
  /** Folders that wait to be looked at. */
  readonly waiting: number;
  readonly lastSuccessMs?: number | undefined;
  readonly lastRun?: RunSummary | undefined;
  readonly current?: CurrentRun | undefined;
  /** What the tuner settled on, and why. */
  readonly pace?: Pace | undefined;
}

/** A run that goes on. Counts are of files. */
export interface CurrentRun {
  readonly id: string;
  readonly cause: RunCause;
  readonly startedMs: number;
  readonly compared: number;
  /** Actions. */
  readonly done: number;
  /** Of `toUpload`. */
  readonly uploaded: number;
  readonly failed: number;
  /** Files and bytes to upload, as far as they are known; complete once `counted`. */
  readonly toUpload: number;
  readonly toUploadBytes: number;
  readonly counted: boolean;
  readonly sentBytes: number;
  /** Files under way, at most some tens. */
  readonly transfers: readonly TransferView[];
  /** What workers have done, and what is with them; absent where this process sends the files. */
  readonly workers?: WorkersProgress | undefined;
}

export interface TransferView {
  readonly path: string;
  readonly size?: number | undefined;
  readonly sentBytes: number;
  readonly startedMs: number;
}

/** Throughput within a few seconds that ended at `atMs`. */
export interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly files: number;
  readonly requests: number;
  readonly refused: number;
}

/** What may be asked of a running daemon. Each rejects with `usage` for a name that is none of its jobs. */
export interface DaemonControl {
  view(): DaemonView;
  samples(job: string): readonly Sample[];
  /** Looks at everything of the job now; resolves with the run once source and destination are equal or it has failed. */
  flush(job: string): Promise<RunSummary>;
  /** Resolves with the id of the run that was begun. */
  run(job: string): Promise<string>;
  pause(job: string): Promise<void>;
  resume(job: string): Promise<void>;
  /** Ends the run that goes on, as a signal does. */
  cancel(job: string): Promise<void>;
  /** Of all jobs together. */
  limits(change: LimitsChange): Promise<Limits>;
  /** `listener` is called after changes of the view, at most some times a second; returns what ends that. */
  subscribe(listener: () => void): () => void;
}

export interface Limits {
  readonly concurrency: number | 'auto';
  readonly bytesPerSecond: number | undefined;
  readonly maxRequestsPerSecond: number | undefined;
}

/** `null`: no limit any more; absent: as it was. */
export interface LimitsChange {
  readonly concurrency?: number | 'auto' | undefined;
  readonly bytesPerSecond?: number | null | undefined;
  readonly maxRequestsPerSecond?: number | null | undefined;
}
