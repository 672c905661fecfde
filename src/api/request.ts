import type { Reply } from '../http/exchange.ts';
import { errorFromNetwork, errorFromReply, type ApiCall } from './api-errors.ts';
import type { Transport } from './connection.ts';

/** The reply of a request that succeeded; every other end of it as a SyncError, or the signal's reason. */
export async function success(
  transport: Transport,
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
  const text = transport.redact(body.toString());
  throw errorFromReply(call, { status, headers, text, server: transport.origin.host }, transport.now());
}
