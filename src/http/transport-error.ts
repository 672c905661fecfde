import { isSyncError } from '../model/errors.ts';
import { readFailure, type TransportFailure } from './codes.ts';
import { proxyErrorIn } from './proxy-error.ts';

/**
 * A request that got no reply, or lost it on the way. A new error in place of undici's, which may hold what the other
 * side sent, or the request with its signature.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;
  /** Node's code for it where there is one. */
  readonly code: string;

  constructor(failure: TransportFailure, message = failure.what) {
    super(message);
    this.failure = failure;
    this.code = failure.code;
  }
}

/** One of our own limits was exceeded; `code` is one of those in codes.ts. */
export const boundPassed = (code: string, message?: string): TransportError =>
  new TransportError(readFailure({ code }), message);

/** What the error of a request says of its failure. */
export function failureIn(error: unknown): TransportFailure {
  if (error instanceof TransportError) return error.failure;
  const proxy = proxyErrorIn(error);
  if (proxy === undefined) return readFailure(error);
  const { code, message: what, verdict } = proxy;
  return { kind: 'proxy', reason: code, code, what, inDoubt: false, fact: 'out_of_reach', verdict };
}

/**
 * The error that an exchange rejects with. Errors that the source of a body threw, and errors of a proxy, stay as
 * they are.
 */
export function transportError(error: unknown): unknown {
  if (error instanceof TransportError || isSyncError(error)) return error;
  return proxyErrorIn(error) ?? new TransportError(readFailure(error));
}
