import type { Fence } from '../model/cluster/leader-election.ts';
import type { EventListener } from '../model/events.ts';
import type { Destination } from '../model/ports.ts';
import type { RunCause } from '../model/run.ts';
import { Gates } from '../remote/gate/gates.ts';
import { systemClock } from '../sync/clock.ts';
import { PASS_DEFAULTS } from '../sync/pass-defaults.ts';
import type { GuardName, PassResult, RemovalLimit } from '../sync/pass-options.ts';
import { ENVIRONMENT_ONLY, type Authority } from './authority.ts';
import type { Environment } from './environment.ts';
import type { Job } from './job.ts';
import type { QueuePlace } from './queue/queue-place.ts';
import { configError } from './usage-errors.ts';

/**
 * Who runs a job, where, and how far it may go: all that a job does not say of itself. A program makes one for itself
 * with `surroundingsOf`; the command line makes its own of the flags.
 */
export interface Surroundings {
  readonly environment: Environment;
  /** The absolute path from which relative names of files are read. */
  readonly folder: string;
  readonly authority: Authority;
  /** What jobs name as their profile, in place of `authority`. */
  readonly profiles?: Readonly<Record<string, Authority>> | undefined;
  /** Jobs that go to one origin and account share a gate. */
  readonly gates: Gates;
  readonly guards: Guards;
  /** The command and the process ID by which the lock names this run to other runs. */
  readonly command: string;
  readonly pid: number;
  /** Nothing is changed or remembered: a pair that was never synced leaves no trace. */
  readonly dryRun: boolean;
  /**
   * Where the ledger is fetched from before a run, and put back after it: a directory, relative to `folder`, or
   * `s3://BUCKET/PREFIX`. For machines whose disk is gone after each run.
   */
  readonly ledgerCopy?: string | undefined;
  /** Files are sent by workers, by way of this queue. Absent: by this process. */
  readonly queue?: QueuePlace | undefined;
  /** How long runs are remembered, in milliseconds; by default 90 days. */
  readonly historyMs?: number | undefined;
  /** Aborted: nothing new is begun, what is in flight is finished and recorded. */
  readonly draining: AbortSignal;
  /** Aborted: everything stops at once. */
  readonly signal: AbortSignal;
  /** What holds every change back, at the destination and in the ledger, once another may lead; absent: this run needs no leader. */
  readonly fence?: Fence | undefined;
  /** Wraps the destination that the engine gets, to count or to observe its requests. */
  readonly observed?: ((destination: Destination) => Destination) | undefined;
  /** Makes a pass, and may do something before and after it, as tracing does. It resolves and rejects as `pass` does. */
  readonly aroundPass?: AroundPass | undefined;
  /** Hears what a person should know before it happens, such as what waking a workspace costs. */
  readonly tell?: ((text: string) => void) | undefined;
  /** Called once everything is open: from then on the process keeps little garbage. */
  readonly keepHeapSmall?: (() => void) | undefined;
  /**
   * Called when a bucket, or a Stage as a source, is opened. The function that it returns is called with the number of bytes that
   * arrive, and collects the buffers they leave.
   */
  readonly collectBuffers?: (() => (bytes: number) => void) | undefined;
}

/** A pass that is about to be made. */
export interface PassToMake {
  readonly job: string | undefined;
  /** The labels of both ends. */
  readonly source: string;
  readonly destination: string;
  readonly cause: RunCause;
  readonly dryRun: boolean;
}

/** `pass` gets a listener that hears of everything beside the one that the pass has. */
export type AroundPass = (
  about: PassToMake,
  pass: (onEvent: EventListener) => Promise<PassResult>,
) => Promise<PassResult>;

/** How far a run may go. Always the word of who runs a job. */
export interface Guards {
  /** More removals than this are refused. */
  readonly maxDelete: RemovalLimit;
  /** Guards that must not refuse the run. */
  readonly force: ReadonlySet<GuardName>;
}

/** The part of the surroundings that opens a Stage. */
export type StageSurroundings = Pick<
  Surroundings,
  'environment' | 'folder' | 'gates' | 'draining' | 'tell' | 'fence' | 'queue'
> & {
  readonly authority: Pick<Authority, 'stage' | 'sql' | 'budget'>;
};

/** The gates of this process: whatever opens a Stage in it shares them. */
export const PROCESS_GATES = new Gates(systemClock);

const never = new AbortController().signal;

/** Surroundings where only the given differs from the usual: no flags, the default guards, the gates of the process, no signals. */
export const surroundingsOf = (
  given: Pick<Surroundings, 'environment' | 'folder' | 'command' | 'pid'> & Partial<Surroundings>,
): Surroundings => ({
  authority: ENVIRONMENT_ONLY,
  gates: PROCESS_GATES,
  guards: { maxDelete: PASS_DEFAULTS.maxDelete, force: PASS_DEFAULTS.force },
  dryRun: false,
  draining: never,
  signal: never,
  ...given,
});

/** What authorises a job. Rejects with `config` a profile that the surroundings do not have. */
export function authorityOf({ profile }: Job, { authority, profiles = {} }: Surroundings): Authority {
  if (profile === undefined) return authority;
  const named = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
  if (named !== undefined) return named;
  const known = Object.keys(profiles);
  throw configError(
    `the job has the profile ${JSON.stringify(profile)}, which is not among those it is run with; ${known.length === 0 ? 'there are none: leave it out' : `there are: ${known.join(', ')}`}`,
  );
}
