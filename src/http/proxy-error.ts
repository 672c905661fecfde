import type { Verdict } from '../model/errors.ts';
import { readFailure } from './codes.ts';

/** A proxy did not lead a request to its target. The target did nothing. The error holds no password. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** Node's code, or `PROXY_` and the status of the refusal. */
  readonly code: string;
  readonly verdict: Verdict;
  constructor(message: string, code: string, verdict: Verdict) {
    super(message);
    this.code = code;
    this.verdict = verdict;
  }
}

/** A proxy that answers with another status than 200. `place` is its host and port, '' where that is not known. */
export function proxyRefused(place: string, status: number): ProxyError {
  const proxy = `the proxy${place === '' ? '' : ` ${place}`}`;
  const message =
    status === 407
      ? `${proxy} does not accept the user and password that HTTPS_PROXY or HTTP_PROXY names (407)`
      : `${proxy} refuses the connection (${status}); check what it allows, or except the host with NO_PROXY`;
  // These statuses can pass by themselves. A proxy that forbids something will still forbid it a second later.
  const passes = status >= 500 || status === 408 || status === 429;
  return new ProxyError(message, `PROXY_${status}`, passes ? 'retry' : 'end_run');
}

/** A proxy that no connection was made with, or that broke it off; `error` is what the HTTP client says of it. */
export function proxyUnreachable(place: string, error: unknown): ProxyError {
  const code = codeOf(error);
  return new ProxyError(
    `the proxy ${place} cannot be reached (${code}); check HTTPS_PROXY and HTTP_PROXY`,
    code,
    'retry',
  );
}

/** What an error of a request says of a proxy; undefined when it is of another kind. */
export function proxyErrorIn(error: unknown): ProxyError | undefined {
  if (error instanceof ProxyError) return error;
  // The HTTP client's own error for a request that a proxy had to hand on.
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === 'UND_ERR_INVALID_ARG' && message === 'Proxy Authentication Required (407)'
    ? proxyRefused('', 407)
    : undefined;
}

/**
 * Node's code for the failure. Some of the HTTP client's own codes would make a library believe that a working
 * connection broke, so that it tries again for ever.
 */
function codeOf(error: unknown): string {
  const { code } = readFailure(error);
  return code === '' || code.startsWith('UND_ERR_') ? 'ECONNRESET' : code;
}
