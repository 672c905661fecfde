import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A request on its way to S3. */
export interface ProxiedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly isList: boolean;
  readonly isRead: boolean;
}

/** What happens to one answer. */
export interface Fault {
  /** Runs before the request goes on. */
  readonly before?: () => Promise<unknown>;
  /** Answer this and do not ask the server. */
  readonly reply?: {
    readonly status: number;
    readonly code: string;
    readonly headers?: Record<string, string>;
  };
  /** Close the connection and answer nothing. */
  readonly drop?: boolean;
  /** Reset the connection after so many bytes of the body. */
  readonly breakAfter?: number;
  /** End the answer in good order after so many bytes, with a Content-Length that fits them unless it is dropped. */
  readonly shortenTo?: number;
  /** Send so many bytes more than there are. */
  readonly append?: number;
  /** Send so many bytes and then nothing. */
  readonly stallAfter?: number;
  /** Send so many bytes at once and the others one by one, a few milliseconds apart. */
  readonly trickleAfter?: number;
  /** Wait between the bytes up to here and those after. */
  readonly pauseAt?: { readonly bytes: number; readonly until: () => Promise<unknown> };
  /** Flip a bit of this byte of the body. */
  readonly corruptAt?: number;
  /** Leave these headers out of the answer. */
  readonly dropHeaders?: readonly string[];
  readonly setHeaders?: Readonly<Record<string, string>>;
  /** Changes the text of a listing. */
  readonly rewrite?: (xml: string) => string;
}

export interface S3Proxy {
  readonly url: string;
  /** Every request that passed, in order. */
  readonly requests: readonly ProxiedRequest[];
  /** Answers that are under way: neither sent to their end nor given up by the client. */
  answering(): number;
  close(): Promise<void>;
}

/**
 * An HTTP proxy between a source and an S3 server: `decide` says for each request what goes wrong. Requests pass as they
 * are, with the Host header they were signed for.
 */
export async function startS3Proxy(
  target: string,
  decide: (request: ProxiedRequest) => Fault | undefined = () => undefined,
): Promise<S3Proxy> {
  const requests: ProxiedRequest[] = [];
  let answering = 0;
  const agent = new Agent({ keepAlive: true });
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', target);
    const isList = req.method === 'GET' && url.searchParams.get('list-type') === '2';
    const proxied: ProxiedRequest = {
      method: req.method ?? '',
      url,
      headers: req.headers,
      isList,
      isRead: req.method === 'GET' && !isList,
    };
    requests.push(proxied);
    answering += 1;
    res.once('close', () => (answering -= 1));
    const fault = decide(proxied) ?? {};
    forward(req, res, url, fault, agent).catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answering: () => answering,
    async close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      await once(server, 'close');
    },
  };
}

async function forward(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  fault: Fault,
  agent: Agent,
): Promise<void> {
  await fault.before?.();
  if (fault.drop === true) {
    res.destroy();
    return;
  }
  if (fault.reply !== undefined) {
    const { status, code, headers } = fault.reply;
    res.writeHead(status, { 'content-type': 'application/xml', ...headers });
    res.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>as asked</Message></Error>`);
    return;
  }
  const upstream = request(url, { method: req.method, headers: req.headers, agent, path: req.url });
  req.pipe(upstream);
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
  res.once('close', () => answer.destroy());
  const headers: IncomingHttpHeaders = { ...answer.headers, ...fault.setHeaders };
  if (fault.rewrite !== undefined) {
    const text = fault.rewrite(Buffer.concat(await answer.toArray()).toString());
    delete headers['content-length'];
    res.writeHead(answer.statusCode ?? 500, headers);
    res.end(text);
    return;
  }
  if (fault.shortenTo !== undefined) headers['content-length'] = String(fault.shortenTo);
  for (const name of fault.dropHeaders ?? []) delete headers[name];
  res.writeHead(answer.statusCode ?? 500, headers);
  await copy(answer, res, fault);
}

async function* trickled(bytes: Buffer, atOnce: number): AsyncGenerator<Buffer> {
  const first = Math.max(0, Math.min(atOnce, bytes.length));
  yield bytes.subarray(0, first);
  for (let at = first; at < bytes.length; at++) {
    await delay(5);
    yield bytes.subarray(at, at + 1);
  }
}

async function copy(answer: IncomingMessage, res: ServerResponse, fault: Fault): Promise<void> {
  const limit = fault.breakAfter ?? fault.shortenTo ?? fault.stallAfter ?? Infinity;
  let sent = 0;
  async function* spoil(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      const at = fault.corruptAt === undefined ? -1 : fault.corruptAt - sent;
      if (at >= 0 && at < chunk.length) chunk[at]! ^= 1;
      const part = chunk.subarray(0, limit - sent);
      const pause = fault.pauseAt === undefined ? -1 : fault.pauseAt.bytes - sent;
      sent += part.length;
      if (pause >= 0 && pause < part.length) {
        yield part.subarray(0, pause);
        await fault.pauseAt?.until();
        yield part.subarray(pause);
      } else if (fault.trickleAfter !== undefined)
        yield* trickled(part, fault.trickleAfter - (sent - part.length));
      else yield part;
      if (sent >= limit) return;
    }
  }
  await pipeline(answer, spoil, res, { end: false });
  if (fault.append !== undefined) res.write(Buffer.alloc(fault.append));
  if (sent < limit || fault.shortenTo !== undefined) res.end();
  // Not destroy(): a reset could overtake the bytes before it.
  else if (fault.breakAfter !== undefined) res.socket?.destroySoon();
}
