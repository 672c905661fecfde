import type { Reply } from '../http/exchange.ts';
import { type ApiCall, errorFromNetwork } from './api-errors.ts';
import type { ApiConnection } from './connection.ts';
import { errorFromReply } from './refusals.ts';

/**
 * Resolves with the reply of a request that succeeded. Rejects with a SyncError after any other reply or none, or
 * with the signal's reason.
 */
export async function success(
  api: ApiConnection,
  call: ApiCall,
  sent: Promise<Reply>,
  signal: AbortSignal,
): Promise<Reply> {
  let reply: Reply;
  try {
    reply = await sent;
  } catch (error) {
    throw signal.aborted ? signal.reason : errorFromNetwork(call, error);
  }
  const { status, headers, body } = reply;
  if (status < 300) return reply;
  const said = api.redact(body.toString());
  const text = call.mask?.(said) ?? said;
  const error = errorFromReply(call, { status, headers, text, server: api.origin.host }, api.now());
  throw api.renewedAfter(reply) ? error.with({ verdict: 'retry' }) : error;
}
