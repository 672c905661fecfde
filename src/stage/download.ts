import type { Dispatcher } from 'undici';
import type { SyncError } from '../model/errors.ts';
import { isLoopback } from '../http/loopback.ts';
import { ExchangeError, REPLY_TOO_SLOW } from '../http/exchange.ts';
import { ReplyPace } from '../http/reply-pace.ts';
import { badReply, errorFromNetwork, errorFromReply, type ApiCall } from '../api/api-errors.ts';
import type { Transport } from '../api/connection.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 4;

/**
 * A file's bytes as they come. Stage answers with a redirect to a signed URL of its object store, which is followed by
 * hand: without the token, which is nobody else's to see and which such a store refuses besides, and asking for the
 * stored bytes, since a store may otherwise unpack them on the way.
 */
export async function download(
  transport: Transport,
  call: ApiCall,
  target: string,
  allowInsecure: boolean,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const identity = ['accept-encoding', 'identity'];
  let url = new URL(target, transport.origin);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const headers = hops === 0 ? transport.authorize(...identity) : identity;
    const reply = await open(transport, call, url, headers, signal);
    if (reply.statusCode >= 200 && reply.statusCode < 300) return chunksOf(transport, call, reply, signal);
    const { location } = reply.headers;
    if (!REDIRECTS.has(reply.statusCode) || typeof location !== 'string')
      throw await refused(transport, call, reply, url, hops > 0);
    await beginningOf(transport, reply);
    url = nextUrl(call, url, location, allowInsecure);
  }
  throw badReply(call, 'leads in a circle of redirects', { verdict: 'skip_entry' });
}

async function open(
  transport: Transport,
  call: ApiCall,
  url: URL,
  headers: string[],
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  signal.throwIfAborted();
  try {
    return await transport.open(url, headers, signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : errorFromNetwork(call, error);
  }
}

/** Neither another scheme nor a step down to plain HTTP; only this machine may be reached without encryption. */
function nextUrl(call: ApiCall, from: URL, location: string, allowInsecure: boolean): URL {
  const url = URL.parse(location, from.href) ?? undefined;
  const secure =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && (isLoopback(url) || (allowInsecure && from.protocol === 'http:')));
  if (url === undefined || !secure)
    throw badReply(call, 'redirects to an address that is not https://', { verdict: 'skip_entry' });
  return url;
}

async function refused(
  transport: Transport,
  call: ApiCall,
  reply: Dispatcher.ResponseData,
  { host: server }: URL,
  byStore: boolean,
): Promise<SyncError> {
  const text = await beginningOf(transport, reply);
  const { statusCode: status, headers } = reply;
  const told = { status, headers, text: transport.redact(text), server, byStore };
  return errorFromReply(call, told, transport.now());
}

/** Enough for a person, and most replies whole, whose connection serves again; one without end is left. */
async function beginningOf(transport: Transport, reply: Dispatcher.ResponseData): Promise<string> {
  let text = '';
  try {
    for await (const chunk of paced(transport, reply)) {
      text += chunk.toString();
      if (text.length > 4096) break;
    }
  } catch {
    // The status says enough.
  }
  return text;
}

/** The reply's bytes; rejects when they come too slowly. The time that their reader takes does not count. */
async function* paced({ timeouts }: Transport, reply: Dispatcher.ResponseData): AsyncGenerator<Buffer, void> {
  const pace = new ReplyPace(timeouts.progress);
  let waitsSince = performance.now();
  for await (const chunk of reply.body as AsyncIterable<Buffer>) {
    if (!pace.came(chunk.byteLength, performance.now() - waitsSince))
      throw new ExchangeError(REPLY_TOO_SLOW, 'reply too slow');
    yield chunk;
    waitsSince = performance.now();
  }
}

async function* chunksOf(
  transport: Transport,
  call: ApiCall,
  reply: Dispatcher.ResponseData,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* paced(transport, reply);
  } catch (error) {
    throw signal.aborted ? signal.reason : errorFromNetwork(call, error);
  }
}
