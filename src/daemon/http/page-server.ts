import type { AddressInfo, Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { hostCheck } from '../../emulator/http/host-check.ts';
import { cannotServe } from '../../jobs/usage-errors.ts';
import type { ListenAddress } from '../server.ts';
import { Access } from './access.ts';
import { builtPage, type PageFile } from './built-page.ts';
import { refuseNoHttp, sendError, sendNotFound } from './error-replies.ts';
import { readiness } from './health.ts';
import { LiveUpdates } from './live-updates.ts';
import type { PagePorts } from './page-ports.ts';
import { REPLY_HEADERS } from './reply-headers.ts';
import { otherOrigin } from './request-origin.ts';
import { apiRoutes } from './routes/api-routes.ts';
import { cookieName, isSignedIn } from './sessions.ts';

export interface PageOptions {
  /** Signs in beside the one-time links, and as `Authorization: Bearer TOKEN`. */
  readonly token?: string | undefined;
  /** Names that requests may call the server by, beside its own. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Whether whoever reaches the address may read /metrics. */
  readonly openMetrics: boolean;
  /** In place of the built files. */
  readonly files?: ReadonlyMap<string, PageFile> | undefined;
  /** Milliseconds in which a reply that waits must be read on; default 30,000. */
  readonly patienceMs?: number | undefined;
  readonly updates?: ConstructorParameters<typeof LiveUpdates>[1];
}

export interface PageServer {
  readonly url: string;
  /** A new one-time link, which signs in whoever opens it first. */
  loginLink(): string;
  close(): Promise<void>;
}

/** Bytes of a request's body. */
const MOST_BODY = 16 * 1024;
const MOST_CONNECTIONS = 256;

/**
 * The page of a daemon: its files, which are the same for everybody, and what it asks for under /api, for who is signed in
 * alone. Requests that name another Host, or that a page of another origin began, get nothing. /healthz and /readyz, for
 * probes, name no job. Rejects with `config` where the address cannot be listened on.
 */
export async function servePage(
  address: ListenAddress,
  ports: PagePorts,
  {
    token,
    allowedHosts = [],
    openMetrics,
    files = builtPage(),
    patienceMs = 30_000,
    updates = {},
  }: PageOptions,
): Promise<PageServer> {
  const access = new Access({ token });
  const live = new LiveUpdates(ports.control, updates);
  const app = guardedServer(address, { allowedHosts, patienceMs });
  const name = (): string => cookieName((app.server.address() as AddressInfo).port);
  const signedIn = (request: FastifyRequest): boolean => isSignedIn(access, request.headers, name());
  probes(app, ports, (request) => openMetrics || signedIn(request));
  for (const [path, file] of files) app.get(path, (request, reply) => sendFile(request, reply, file));
  apiRoutes(app, { ports, live, access, signedIn, cookie: name });
  app.addHook('preClose', (done) => {
    live.close();
    done();
  });
  try {
    const url = await app.listen(address);
    return {
      url,
      loginLink: () => `${browsable(url)}/#login=${access.newCode()}`,
      close: () => app.close(),
    };
  } catch (error) {
    throw cannotServe(address, error);
  }
}

/** Refuses what is not meant for this server, or comes from elsewhere, before any route; bounds what one request may cost. */
function guardedServer(
  address: ListenAddress,
  { allowedHosts, patienceMs }: { readonly allowedHosts: readonly string[]; readonly patienceMs: number },
): FastifyInstance {
  const checkHost = hostCheck(address.host, allowedHosts);
  const refuses = (request: FastifyRequest, reply: FastifyReply): boolean => {
    void reply.headers(REPLY_HEADERS);
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    const host = checkHost(request.raw);
    const refused = host ?? otherOrigin(request.headers, { changes });
    if (refused !== undefined)
      void reply
        .code(host?.status ?? 403)
        .type('text/plain; charset=utf-8')
        .send(`${refused.message}\n`);
    return refused !== undefined;
  };
  const app = fastify({
    forceCloseConnections: true,
    bodyLimit: MOST_BODY,
    requestTimeout: 30_000,
    connectionTimeout: patienceMs,
    keepAliveTimeout: 10_000,
    // Node would answer 400 to a request without a Host, and not say why.
    http: { requireHostHeader: false },
    routerOptions: { maxParamLength: 1024 },
    clientErrorHandler: refuseNoHttp,
    frameworkErrors: (error, request, reply) => {
      if (!refuses(request, reply)) sendError(error, request, reply);
    },
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  // a body is JSON: a form of another page cannot send that without being asked for leave
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(sendError);
  app.setNotFoundHandler(sendNotFound);
  app.addHook('onRequest', (request, reply, done) => {
    letGoOfIdle(reply, patienceMs);
    if (!refuses(request, reply)) done();
  });
  return app;
}

/** A reply that nobody reads would hold its connection without end; one that is not yet known may take its time. */
function letGoOfIdle({ raw }: FastifyReply, patienceMs: number): void {
  raw.on('timeout', (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(patienceMs);
  });
}

function probes(
  app: FastifyInstance,
  { control, metrics }: PagePorts,
  mayReadMetrics: (request: FastifyRequest) => boolean,
): void {
  app.get('/healthz', () => ({ alive: true }));
  app.get('/readyz', (_request, reply) => {
    const answer = readiness(control.view());
    return reply.code(answer.ready ? 200 : 503).send(answer);
  });
  if (metrics === undefined) return;
  app.get('/metrics', async (request, reply) => {
    if (!mayReadMetrics(request)) return reply.code(401).type('text/plain').send('metrics need the token\n');
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: PageFile): FastifyReply {
  const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (file.lasting) void reply.header('cache-control', 'private, max-age=31536000, immutable');
  if (takesGzip) void reply.header('content-encoding', 'gzip');
  return reply
    .header('vary', 'accept-encoding')
    .type(file.type)
    .send(takesGzip ? file.gzip : file.plain);
}

/** An address that stands for all of a machine is none that a browser can open. */
const browsable = (url: string): string => url.replace(/\/\/(?:0\.0\.0\.0|\[::\])(?=:|$)/, '//localhost');
