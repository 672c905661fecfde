import type { RequestKind } from './counters.ts';
import type { Latency } from './random.ts';

/** How the emulator misbehaves. Everything but a replaced reply made by code is plain JSON. */
export interface Faults {
  /** For everything drawn by chance; 1 when absent. */
  readonly seed?: number;
  /**
   * Time from the arrival of a request to its work, by kind, by verb, or for `all` (the most particular counts). A change
   * is made at its end, even when the client has gone.
   */
  readonly latency?: Readonly<Partial<Record<RequestKind | Verb | 'all', Latency>>>;
  /** Bytes a second, shared by all connections: what arrives in uploads, what leaves in replies and downloads. */
  readonly bandwidth?: { readonly upload?: number; readonly download?: number };
  /** Requests beyond this rate are answered 429. */
  readonly rateLimit?: RateLimit;
  /** The first rule that applies to a request is the one that counts. */
  readonly rules?: readonly FaultRule[];
}

export type Verb = 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'POST';

interface RateLimit {
  readonly perSecond: number;
  /** Requests that may come at once after a quiet time; `perSecond`, and at least 1, when absent. */
  readonly burst?: number;
  /** The form of Retry-After: seconds when absent. */
  readonly retryAfter?: RetryAfterForm;
  /** What it says; the time until a request is let through, rounded up, when absent. */
  readonly retryAfterSeconds?: number;
}

export type RetryAfterForm = 'seconds' | 'date' | 'none';

type KindMatch = RequestKind | { readonly area: string; readonly operation?: string };

/** Which requests: all conditions that are given must hold. */
interface FaultMatch {
  readonly verb?: Verb | readonly Verb[];
  /** What is asked for; of the Management API also by area, and operation in it. */
  readonly kind?: KindMatch | readonly KindMatch[];
  /** The whole decoded path, as in listings: no leading slash, folders end in '/', the root is ''. */
  readonly path?: string;
  /** A regular expression (its source) that the decoded path must match. */
  readonly pathPattern?: string;
  /** Of the Data API: a regular expression (its source) that the statement must match, in any case. */
  readonly sqlPattern?: string;
  readonly deployment?: string;
  /** Only these of the requests that match the conditions above, counted from 1. */
  readonly nth?: number | readonly number[];
  /** Every so many of them: 3 is the third, the sixth, … */
  readonly every?: number;
  /** Each with this probability. */
  readonly rate?: number;
  /** At most so many times in all. */
  readonly times?: number;
}

export type FaultRule = FaultMatch & Fault;

type Fault =
  /** An error reply; with several statuses one is drawn. `afterCommit`: the change is made all the same. */
  | {
      readonly fault: 'status';
      readonly status: number | readonly number[];
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly retryAfter?: RetryAfterForm;
      readonly retryAfterSeconds?: number;
      readonly afterCommit?: boolean;
    }
  /** More latency. */
  | { readonly fault: 'delay'; readonly latency: Latency }
  /** The connection is reset and nothing changed; after so many bytes of the body, or all of it. */
  | { readonly fault: 'reset_before'; readonly afterBytes?: number }
  /** The change is made and the connection is reset. */
  | { readonly fault: 'reset_after' }
  /** The change is made and the connection is closed in good order without a reply. */
  | { readonly fault: 'lost_reply' }
  /** No reply ever; `afterCommit`: the change is made. */
  | { readonly fault: 'stall'; readonly afterCommit?: boolean }
  /** The reply announces its full length and breaks off in the middle. */
  | { readonly fault: 'truncated_reply' }
  /** The reply ends in the middle of its JSON, as if that were all. */
  | { readonly fault: 'cut_reply' }
  /** Another reply instead; code may make it of the true one. */
  | {
      readonly fault: 'replace_reply';
      readonly body: string | ((body: string) => string);
      readonly status?: number;
      readonly contentType?: string;
    }
  /** The data folder's disk is full for this upload; or the Stage's quota is used up. */
  | { readonly fault: 'disk_full' }
  | { readonly fault: 'quota_full' };
