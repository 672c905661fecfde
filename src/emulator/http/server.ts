import Fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Exchange } from './exchange.ts';
import type { ExchangeContext } from './exchange.ts';
import type { HostCheck } from './host-check.ts';
import { Refusal } from './refusal.ts';
import { isMediaType, readTarget } from './request-target.ts';

const TEN_MINUTES_MS = 600_000;
/** For long paths: far beyond what Node allows by default. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** The answer to bytes that are not HTTP. */
const BAD_REQUEST =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request';

export type RouteHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export interface ServerOptions {
  readonly checkHost: HostCheck;
  /** Milliseconds; ten minutes when absent. */
  readonly keepAliveMs: number | undefined;
  /** Throws the refusal of a request without a token. Absent: no token is needed. */
  readonly authorise?: (request: FastifyRequest) => void;
  /** Finds routes that the server does not have itself, by verb and path. */
  readonly elsewhere?: (verb: string, path: string) => Promise<RouteHandler | undefined>;
}

/**
 * An HTTP server without routes. Reading bodies is left to the routes. A request without a route is answered as Stage
 * does. A request whose Host is not this server reaches no route. Every error is one line of text.
 */
export function httpServer(context: ExchangeContext, options: ServerOptions): FastifyInstance {
  const { checkHost, keepAliveMs = TEN_MINUTES_MS, authorise } = options;
  const misdirected = ({ raw }: FastifyRequest): Refusal | undefined => {
    const { authority } = readTarget((raw as { originalUrl?: string }).originalUrl ?? '');
    const named = authority !== undefined && { headersDistinct: { host: [authority] }, socket: raw.socket };
    const refused = checkHost(raw) ?? (named ? checkHost(named) : undefined);
    return refused && new Refusal(refused.status, refused.message);
  };
  const unauthorised = (request: FastifyRequest): Refusal | undefined => {
    try {
      authorise?.(request);
      return undefined;
    } catch (error) {
      return error as Refusal;
    }
  };
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    keepAliveTimeout: keepAliveMs,
    requestTimeout: 0,
    // Node would answer 400 to a request without a Host, and not say why.
    http: { maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false },
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    rewriteUrl: ({ url = '/' }) => readTarget(url).path,
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(BAD_REQUEST);
    },
    frameworkErrors: (_error: FastifyError, request, reply) => {
      const refusal = misdirected(request) ?? unauthorised(request);
      void refuse(context, request, reply, refusal ?? new Refusal(400, 'invalid URL escape in path'));
    },
  });
  app.addHook('onRequest', (request, reply, done) => {
    // The framework would answer 415, in JSON, before any route has seen the token.
    const type = request.raw.headers['content-type'];
    if (type !== undefined && !isMediaType(type))
      request.raw.headers['content-type'] = 'application/octet-stream';
    const refusal = misdirected(request);
    if (refusal === undefined) done();
    else void refuse(context, request, reply, refusal);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setErrorHandler((error, request, reply) => {
    const { statusCode = 500, message } = error as FastifyError;
    return refuse(context, request, reply, new Refusal(statusCode, message));
  });
  app.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = (request.raw.url ?? '').split('?', 1);
    const handler = await options.elsewhere?.(request.method, path);
    return handler === undefined
      ? refuse(context, request, reply, new Refusal(404, '404 page not found'))
      : handler(request, reply);
  });
  return app;
}

/** Stops listening; connections in use go on. */
export function stopListening(app: FastifyInstance): void {
  if (app.server.listening) app.server.close();
  app.server.closeIdleConnections();
}

export async function endConnections(app: FastifyInstance): Promise<void> {
  app.server.closeAllConnections();
  await app.close();
}

function refuse(
  context: ExchangeContext,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
): Promise<FastifyReply> {
  const path = request.raw.url ?? '';
  const exchange = new Exchange(context, request, reply, { kind: 'other', deployment: '', path });
  return exchange.run(() => Promise.reject(refusal));
}
