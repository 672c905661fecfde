import type { RequestKind } from './control/counters.ts';

/** What is known of a request. */
export interface RequestInfo {
  /** Counts from 1, in the order of arrival, on both ports together. */
  readonly id: number;
  readonly verb: string;
  readonly kind: RequestKind;
  /** Of the Management API alone: what is asked for, as the register of operations names it. */
  readonly operation?: { readonly area: string; readonly operation: string };
  /** The deployment's ID, '' where there is none. */
  readonly deployment: string;
  /** Decoded path in the Stage; folders end in '/', the root is ''. For requests outside a Stage the URL's path. */
  readonly path: string;
  /**
   * Whose token the request brings: 'token' for `token`, else its name in `otherTokens`; undefined without a valid
   * one, as for content.
   */
  readonly by: string | undefined;
  /** Where a move goes, decoded; known once its body was read, so not yet when it is received. */
  readonly to?: string;
  /** Of the Data API: the statement, known once the body was read, so not yet when it is received. */
  readonly sql?: string;
  /** Counts the changes that this emulator made, from 1, in the order in which they were made; known once this one was. */
  readonly commit?: number;
}

/**
 * `received`: nothing is done yet. `committed`: a change is made for good. `replying`: the reply comes next. Nothing
 * happens between a change and the call that tells of it, nor between the look behind a listing or metadata and its
 * `replying`. So the order of these calls is the order in which things were done and seen.
 */
export type RequestPhase = 'received' | 'committed' | 'replying';

export type RequestHook = (phase: RequestPhase, info: RequestInfo) => void | Promise<void>;

export interface RequestRecord extends RequestInfo {
  /** 0: the connection ended without a reply. */
  readonly status: number;
  /** From arrival to the end of the reply, in milliseconds. */
  readonly ms: number;
  /** The fault that was done to it. */
  readonly fault: string | undefined;
}
