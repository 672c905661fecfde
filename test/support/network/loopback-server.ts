import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface LoopbackServer extends AsyncDisposable {
  readonly url: string;
  /** Requests whose body came whole, in that order. */
  readonly seen: SeenRequest[];
  /** Requests that began, whole or not. */
  begun(): number;
}

/** Answers one request; the body is there already. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** An HTTP server on this machine that reads each body whole and then answers as told. */
export function startLoopbackServer(answer: Answer): Promise<LoopbackServer> {
  const seen: SeenRequest[] = [];
  return startRawServer(async (request, response) => {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return; // Broken off by the client.
    }
    const { method = '', url = '', headers } = request;
    const whole = { method, url, headers, body: Buffer.concat(parts) };
    seen.push(whole);
    await answer(whole, response);
  }, seen);
}

/** The same, with the body left to the handler. */
export async function startRawServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
  seen: SeenRequest[] = [],
): Promise<LoopbackServer> {
  let begun = 0;
  const server = createServer((request, response) => {
    begun++;
    response.on('error', () => {});
    request.on('error', () => {});
    Promise.resolve(handle(request, response)).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    begun: () => begun,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** What Stage answers to a change that it made; of a move, under the old path. */
export function sendNamed(
  { url = '' }: { readonly url?: string | undefined },
  response: ServerResponse,
): void {
  const path = decodeURIComponent(/\/fs\/([^?]*)/.exec(url)?.[1] ?? '');
  sendJson(response, { name: path.split('/').findLast((segment) => segment !== ''), path });
}

export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(text);
}

/** The file in a multipart body, read by the platform's own parser, and its part's name. */
export async function filePartOf(request: SeenRequest): Promise<{ name: string; bytes: Buffer }> {
  const form = await new Response(new Uint8Array(request.body), {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
  const [entry, ...others] = [...form.entries()];
  if (entry === undefined || others.length > 0 || typeof entry[1] === 'string')
    throw new Error('the form does not have exactly one file');
  return { name: entry[0], bytes: Buffer.from(await entry[1].arrayBuffer()) };
}
