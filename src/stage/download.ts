import { isLoopback } from '../http/loopback.ts';
import type { Answer, ByteStream } from '../http/streamed-exchange.ts';
import { type ApiCall, badReply, errorFromNetwork } from '../api/api-errors.ts';
import type { ApiConnection } from '../api/connection.ts';
import { errorFromReply } from '../api/refusals.ts';
import type { SyncError } from '../model/errors.ts';
import type { Chunks, ReadOptions } from '../model/ports.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 4;
/**
 * Characters that are kept of the text of a refusal or a redirect: enough for a person, and most texts are shorter.
 */
const BEGINNING = 4096;

export interface DownloadOptions extends ReadOptions {
  /** In bytes. */
  readonly offset?: number | undefined;
}

/**
 * A file's bytes as they come, from `offset` on; `target` is the path and query of its first request. Stage answers with a redirect to
 * a signed URL of its object store. The redirect is followed here, without the token: no other host may see the
 * token, and such a store would refuse it. The request asks for the bytes as they are stored, because a store may
 * otherwise decompress them on the way.
 */
export async function download(
  api: ApiConnection,
  call: ApiCall,
  target: string,
  { signal, offset = 0, expectedBytes }: DownloadOptions,
): Promise<Chunks> {
  const range = offset === 0 ? [] : ['range', `bytes=${offset}-`];
  const identity = ['accept-encoding', 'identity', ...range];
  let url = new URL(target, api.origin);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const asked = hops === 0 ? api.authorize(...identity) : identity;
    const answer = await open(api, call, url, asked, { signal, expectedBytes });
    const { status, headers, body } = answer;
    if (status >= 200 && status < 300) {
      const begin = status === 206 ? Number(/^bytes (\d+)-/.exec(String(headers['content-range']))?.[1]) : 0;
      // a store may begin elsewhere: from its beginning, what comes before is passed over
      if (offset === 0 || begin === offset) return chunksOf(body, body.recycle, { call, signal });
      if (begin === 0) return chunksOf(after(body, offset), body.recycle, { call, signal });
      body.destroy();
      throw badReply(call, 'begins elsewhere than was asked for', { verdict: 'skip_entry' });
    }
    const { location } = headers;
    if (!REDIRECTS.has(status) || typeof location !== 'string')
      throw await refused(api, call, answer, { server: url.host, byStore: hops > 0 });
    await beginningOf(body);
    url = nextUrl(call, url, location, api.allowInsecure);
  }
  throw badReply(call, 'leads in a circle of redirects', { verdict: 'skip_entry' });
}

/**
 * The signed URL that Stage gives for a file: whoever has it can read the file until it expires. Undefined where Stage sends
 * the bytes itself. One request, and none to the URL.
 */
export async function signedUrl(
  api: ApiConnection,
  call: ApiCall,
  target: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const url = new URL(target, api.origin);
  const answer = await open(api, call, url, api.authorize('accept-encoding', 'identity'), { signal });
  const { status, headers, body } = answer;
  const { location } = headers;
  if (status >= 200 && status < 300) {
    body.destroy();
    return undefined;
  }
  if (!REDIRECTS.has(status) || typeof location !== 'string')
    throw await refused(api, call, answer, { server: url.host, byStore: false });
  await beginningOf(body);
  return nextUrl(call, url, location, api.allowInsecure).href;
}

async function open(
  api: ApiConnection,
  call: ApiCall,
  url: URL,
  headers: string[],
  options: Pick<DownloadOptions, 'signal' | 'expectedBytes'>,
): Promise<Answer> {
  const { signal } = options;
  signal.throwIfAborted();
  try {
    return await api.open(url, headers, options);
  } catch (error) {
    throw signal.aborted ? signal.reason : errorFromNetwork(call, error);
  }
}

/** Refuses another scheme, and a change from HTTPS to HTTP: only this machine may be reached without encryption. */
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
  api: ApiConnection,
  call: ApiCall,
  answer: Answer,
  by: { readonly server: string; readonly byStore: boolean },
): Promise<SyncError> {
  const { status, headers, body } = answer;
  const text = api.redact(await beginningOf(body));
  const error = errorFromReply(call, { status, headers, text, ...by }, api.now());
  return api.renewedAfter(answer) ? error.with({ verdict: 'retry' }) : error;
}

/** Most such bodies are read to their end, so that their connection can be used again; a longer one is given up. */
async function beginningOf(body: ByteStream): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body) {
      text += chunk.toString();
      if (text.length > BEGINNING) break;
    }
  } catch {
    // The status says enough.
  }
  return text;
}

/** The bytes after the first `count`. */
async function* after(body: ByteStream, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of body) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

interface OfDownload {
  readonly call: ApiCall;
  readonly signal: AbortSignal;
}

const chunksOf = (body: AsyncIterable<Buffer>, recycle: Chunks['recycle'], of: OfDownload): Chunks =>
  Object.assign(withErrors(body, of), { recycle });

async function* withErrors(
  body: AsyncIterable<Buffer>,
  { call, signal }: OfDownload,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw signal.aborted ? signal.reason : errorFromNetwork(call, error);
  }
}
