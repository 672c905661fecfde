import type { Report, SyncEvent } from '../../model/events.ts';
import type { ErrorData } from '../../model/errors.ts';

/**
 * What a watch is doing:
 *
 *                        a hint, a timer
 *    starting ──▶ listing ◀──────────── idle
 *                    │ ▲                 ▲
 *          a change  │ │ again           │ done
 *                    ▼ │                 │
 *                transferring ───────────┘
 *                    │
 *                    ├─ unreachable, broken off ──▶ backing_off ── the delay is over ──▶ listing
 *                    └─ a guard, configuration, authorisation, no source ──▶ halted ── tried again ──▶ listing
 *
 *    any of them ── a stop ──▶ stopping
 *
 * Hints that come during a pass wait and make exactly one more pass.
 */
export type WatchState =
  'starting' | 'listing' | 'transferring' | 'idle' | 'backing_off' | 'halted' | 'stopping';

export interface PassSummary {
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** Folders looked at; undefined: the whole source. */
  readonly folders: number | undefined;
  readonly reason: string;
  readonly report: Report;
  /** What ended the pass before its end. */
  readonly error: ErrorData | undefined;
}

export type WatchEvent =
  | { readonly type: 'state'; readonly state: WatchState; readonly reason: string | undefined }
  /** Something a person should know: watching became scanning, events were lost. */
  | { readonly type: 'notice'; readonly message: string }
  | ({ readonly type: 'pass' } & PassSummary)
  /** What the pass that is running tells. */
  | { readonly type: 'sync'; readonly event: SyncEvent };

/** A watch as it is now. */
export interface WatchStatus {
  readonly state: WatchState;
  /** Why it is backing off or halted. */
  readonly reason: string | undefined;
  readonly stateSinceMs: number;
  /** How changes are found: 'folders', 'sqs', 'polling'. */
  readonly mode: string;
  readonly watches: number;
  /** Folders that wait to be looked at; files in them may still be changing, or failed before. */
  readonly waiting: number;
  /** When the oldest change that is not yet at the destination was heard of. */
  readonly oldestChangeMs: number | undefined;
  readonly lastPass: PassSummary | undefined;
  readonly lastFullPass: PassSummary | undefined;
  /** When the next pass over everything is due. */
  readonly nextFullPassMs: number | undefined;
}
