import type { ErrorCode } from '../model/errors.ts';
import type { Outcome } from '../model/events.ts';

/** Exit statuses are part of the interface: docs/exit-status.md and `stagesync help exit-status` say the same. */
export const EXIT = {
  clean: 0,
  unexpected: 1,
  usage: 2,
  failures: 3,
  refused: 4,
  unreachable: 5,
  locked: 6,
  waiting: 7,
  differ: 8,
  notLoaded: 9,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: readonly (readonly [ExitStatus, string])[] = [
  [EXIT.clean, 'in sync; warnings about entries left out included'],
  [EXIT.unexpected, 'unexpected error: a fault in stagesync'],
  [EXIT.usage, 'usage or configuration'],
  [EXIT.failures, 'finished, but some entries failed'],
  [EXIT.refused, 'refused by a guard; nothing was changed'],
  [EXIT.unreachable, 'source or Stage unreachable, unauthorised or broken'],
  [EXIT.locked, 'another run holds the lock'],
  [EXIT.waiting, 'gave up waiting; the service goes on'],
  [EXIT.differ, 'check: the two places differ'],
  [EXIT.notLoaded, 'everything was sent, but the database has not loaded it'],
  [EXIT.interrupted, 'interrupted by Ctrl-C, or nobody reads the output any more'],
  [EXIT.terminated, 'ended by SIGTERM'],
];

const OF_CODE: Record<ErrorCode, ExitStatus> = {
  usage: EXIT.usage,
  config: EXIT.usage,
  state_unusable: EXIT.usage,
  locked: EXIT.locked,
  lease_lost: EXIT.locked,
  interrupted: EXIT.interrupted,
  first_failure: EXIT.failures,
  guard_empty_source: EXIT.refused,
  guard_max_delete: EXIT.refused,
  guard_root_changed: EXIT.refused,
  not_confirmed: EXIT.refused,
  source_missing: EXIT.unreachable,
  source_denied: EXIT.unreachable,
  source_unauthorised: EXIT.unreachable,
  source_unreachable: EXIT.unreachable,
  source_throttled: EXIT.unreachable,
  source_listing_broken: EXIT.unreachable,
  source_failed: EXIT.unreachable,
  entry_changed: EXIT.failures,
  entry_gone: EXIT.failures,
  entry_unreadable: EXIT.failures,
  destination_missing: EXIT.unreachable,
  destination_taken: EXIT.failures,
  destination_refused: EXIT.failures,
  destination_denied: EXIT.unreachable,
  destination_full: EXIT.failures,
  destination_failed: EXIT.unreachable,
  destination_unclear: EXIT.unreachable,
  stage_unreachable: EXIT.unreachable,
  stage_timeout: EXIT.unreachable,
  stage_unauthorised: EXIT.unreachable,
  stage_deployment_missing: EXIT.unreachable,
  stage_throttled: EXIT.unreachable,
  stage_unavailable: EXIT.unreachable,
  stage_bad_reply: EXIT.unreachable,
  stage_not_found: EXIT.failures,
  stage_exists: EXIT.failures,
  stage_rejected: EXIT.failures,
  stage_too_large: EXIT.failures,
  stage_quota: EXIT.failures,
  api_unreachable: EXIT.unreachable,
  api_timeout: EXIT.unreachable,
  api_unauthorised: EXIT.unreachable,
  api_credits: EXIT.unreachable,
  api_throttled: EXIT.unreachable,
  api_unavailable: EXIT.unreachable,
  api_bad_reply: EXIT.unreachable,
  api_not_found: EXIT.failures,
  api_conflict: EXIT.failures,
  api_rejected: EXIT.failures,
  api_locked: EXIT.failures,
  api_wait_failed: EXIT.failures,
  api_wait_timeout: EXIT.waiting,
  database_unreachable: EXIT.unreachable,
  database_unauthorised: EXIT.unreachable,
  database_suspended: EXIT.unreachable,
  database_bad_reply: EXIT.unreachable,
  database_rejected: EXIT.failures,
  database_missing: EXIT.usage,
  not_loaded: EXIT.notLoaded,
  queue_unreachable: EXIT.unreachable,
  queue_unauthorised: EXIT.unreachable,
  queue_misconfigured: EXIT.usage,
};

const OF_OUTCOME: Record<Outcome, ExitStatus> = {
  clean: EXIT.clean,
  warnings: EXIT.clean,
  failures: EXIT.failures,
  refused: EXIT.refused,
  interrupted: EXIT.interrupted,
};

/** The signal that asked for the stop decides between the two statuses of an interruption. */
type StopCause = NodeJS.Signals | undefined;

const interruption = (stoppedBy: StopCause): ExitStatus =>
  stoppedBy === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;

export function statusOfError(code: ErrorCode, stoppedBy: StopCause): ExitStatus {
  return code === 'interrupted' ? interruption(stoppedBy) : OF_CODE[code];
}

export function statusOfOutcome(outcome: Outcome, stoppedBy: StopCause): ExitStatus {
  return outcome === 'interrupted' ? interruption(stoppedBy) : OF_OUTCOME[outcome];
}

/** The worst first: what somebody has to look at before all else. */
const BY_SEVERITY: readonly ExitStatus[] = [
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.unexpected,
  EXIT.usage,
  EXIT.unreachable,
  EXIT.refused,
  EXIT.failures,
  EXIT.notLoaded,
  EXIT.locked,
  EXIT.waiting,
  EXIT.differ,
];

/** One status for several runs: the worst of theirs. */
export const worstStatus = (statuses: Iterable<ExitStatus>): ExitStatus => {
  const all = new Set(statuses);
  return BY_SEVERITY.find((status) => all.has(status)) ?? EXIT.clean;
};

/** What a run that `code` ended counts as in its report. */
export function outcomeOfError(code: ErrorCode): Outcome {
  if (code === 'interrupted') return 'interrupted';
  const status = OF_CODE[code];
  return status === EXIT.refused || status === EXIT.locked ? 'refused' : 'failures';
}
