import type { PassTransfers, TransferPass } from '../model/cluster/transfer-executor.ts';
import type { SyncError } from '../model/errors.ts';
import type { EventListener, Report } from '../model/events.ts';
import type { PlanLine } from '../model/plan.ts';
import type { RelPath } from '../model/path.ts';
import type { RunCause, RunSummary } from '../model/run.ts';
import type { Clock, Destination, PathFilter, Source } from '../model/ports.ts';
import type { Gate } from '../remote/gate/gate.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import type { Concurrency } from '../remote/gate/lanes.ts';
import type { LoadOptions } from './load/load-options.ts';
import type { ChangedFolders } from './overtaking/changed-folders.ts';
import type { Unsettled } from './unsettled-paths.ts';

/**
 * The guards `--force` can name; each passes exactly one. A root that was replaced during a run cannot be passed: run
 * again.
 */
export const GUARDS = ['empty-source', 'max-delete'] as const;
export type GuardName = (typeof GUARDS)[number];

/** Files that may be removed in one pass: a count, or a percentage of the files at the destination. */
export type RemovalLimit = { readonly count: number } | { readonly percent: number };

/** Everything one pass needs, resolved: nothing optional is left for the engine to guess, except true opt-ins. */
export interface PassOptions {
  readonly source: Source;
  readonly destination: Destination;
  readonly filter: PathFilter;
  /** Which files at the destination may go when the source lacks them: none, those we put there, or all others too. */
  readonly removal: 'none' | 'ours' | 'everything';
  /** Files at the destination that the filter leaves out are removed too, as if the source did not have them. */
  readonly deleteExcluded: boolean;
  /** Hidden names at the destination that this ledger does not know are removed when they are older, in milliseconds. */
  readonly sweepOlderThanMs?: number | undefined;
  /**
   * How a file that both ends have and the ledger does not know is compared. With `content` also what the ledger knows
   * is read again, at both ends, unless the pass has a `scope`. With `size-only` files of equal size are equal, whatever
   * their times.
   */
  readonly compare: 'size' | 'content' | 'size-only';
  /** False: what the destination has already is not replaced by an upload; what differs is told. */
  readonly overwrite: boolean;
  /** True: an upload replaces only what an earlier run put there and nobody has changed since; what else differs is told. */
  readonly keepsOthers: boolean;
  /** Larger files of the source take no part, and what the destination has of them stays; in bytes. */
  readonly maxFileSize: number | undefined;
  /** What is removed or replaced goes into the trash, and is kept there for so long at least, in milliseconds. */
  readonly keepRemovedMs: number | undefined;
  /** What was sent is read back and compared: all files, or so many of them, at random. */
  readonly verify: 'all' | number | undefined;
  /** Nothing more is begun after the first failure. */
  readonly failFast: boolean;
  readonly maxDelete: RemovalLimit;
  readonly force: ReadonlySet<GuardName>;
  /**
   * The gate of the origin and account that the destination is at, shared by all jobs of the process that go there (see
   * Gates). Absent: the pass has one to itself.
   */
  readonly gate?: Gate | undefined;
  /**
   * The use of a gate that the source's requests pass, where the source is behind one and the destination is not: the report
   * then tells of its requests and its pace. Whoever made it disposes of it.
   */
  readonly sourceGate?: GateUse | undefined;
  /** Opens what carries out the uploads of the pass. Absent: this process does. */
  readonly transfers?: ((pass: TransferPass) => PassTransfers) | undefined;
  /** Requests to the destination at the same time, at most. */
  readonly concurrency: Concurrency;
  /** With 'auto', never more than this. Default: MOST_LANES. */
  readonly mostLanes?: number | undefined;
  /** How the ledger names the run; by default 'sync'. */
  readonly command?: string | undefined;
  /** By what the run is remembered; by default a new ID (see newRunId). */
  readonly runId?: string | undefined;
  /** Why the run began; by default 'command'. Of passes of a watch that had nothing to do only the last is remembered. */
  readonly cause?: RunCause | undefined;
  /** How long runs are remembered, in milliseconds; by default 90 days. */
  readonly historyMs?: number | undefined;
  readonly dryRun: boolean;
  /** Renames at the source become moves at the destination. */
  readonly moves: boolean;
  /** Take the ledger's word for what the destination has: no listing. */
  readonly trustLedger: boolean;
  /**
   * Look at these folders only ('' or ending in '/'): their direct children, and everything below a child folder that
   * is new or gone. The ledger's word is taken for what the destination has, as with `trustLedger`. Absent: the whole
   * source.
   */
  readonly scope?: readonly RelPath[] | undefined;
  /**
   * Folders in which files change while the pass works: such a file is sent at once where that is safe. Absent, or with
   * `publishSet`: it waits for the next pass.
   */
  readonly changed?: ChangedFolders | undefined;
  /** Upload into a hidden folder outside the target, then move in. */
  readonly atomic: boolean;
  /** With `atomic`: no file takes its place, moves or is removed before everything has been uploaded. */
  readonly publishSet: boolean;
  /** With `publishSet`: an empty file written last, relative to the target. */
  readonly marker: string | undefined;
  readonly maxRequestsPerSecond: number | undefined;
  /** Upload bandwidth, all transfers together. */
  readonly maxBytesPerSecond: number | undefined;
  /**
   * The longest wait in one go that the destination may ask for (429, Retry-After), in milliseconds. A longer one ends the
   * run.
   */
  readonly maxWaitMs: number;
  /** Attempts for one request before it counts as failed; a 429 does not count. */
  readonly attempts: number;
  /** What is done about the way from the destination to the table; absent: nothing is asked of any database. */
  readonly load?: LoadOptions | undefined;
  /** A plan that was made earlier: only its actions are done, and those that no longer fit are refused. */
  readonly approved?: Iterable<PlanLine> | undefined;
  readonly clock: Clock;
  /** Aborted: start nothing new, let what is in flight finish and be recorded. */
  readonly draining: AbortSignal;
  /** Aborted: stop at once. */
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
}

export interface PassResult {
  readonly report: Report;
  /** What ended the run before its end: unreachable, unauthorised, a guard, an interruption. */
  readonly error: SyncError | undefined;
  readonly unsettled: Unsettled;
  /** The run as it is remembered; absent after a dry run. */
  readonly run?: RunSummary | undefined;
}
