import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { hostCheck } from '../emulator/http/host-check.ts';
import type { WatchStatus } from '../sync/watch/watch-events.ts';
import { cannotServe } from '../jobs/usage-errors.ts';
import type { WatchMetrics } from './metrics/watch-metrics.ts';
import { statusObject } from './status-object.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What a status server shows. */
export interface ServedWatch {
  readonly status: () => WatchStatus;
  readonly metrics: WatchMetrics;
  /** The labels of both ends. */
  readonly source: string;
  readonly destination: string;
  /** Names that requests may call the server by, beside its own. */
  readonly allowedHosts?: readonly string[] | undefined;
}

export interface StatusServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * What a watch shows to the outside, read only. `/healthz`: the process lives. `/readyz`: everything was compared once
 * and nothing stands in the way now. `/metrics` for Prometheus, `/status` for people and scripts. A request whose Host is
 * not this server's gets none of it. Throws a TypeError for an allowed host that is neither a name nor an address.
 */
export async function serveStatus(
  address: ListenAddress,
  { status, metrics, source, destination, allowedHosts = [] }: ServedWatch,
): Promise<StatusServer> {
  const checkHost = hostCheck(address.host, allowedHosts);
  /** Refuses a request whose Host is not ours. Returns whether it did. */
  const refuses = (request: FastifyRequest, reply: FastifyReply): boolean => {
    const refused = checkHost(request.raw);
    if (refused !== undefined)
      void reply.code(refused.status).type('text/plain; charset=utf-8').send(`${refused.message}\n`);
    return refused !== undefined;
  };
  const app = fastify({
    forceCloseConnections: true,
    // Node would answer 400 to a request without a Host, and not say why.
    http: { requireHostHeader: false },
    frameworkErrors: (error, request, reply) => {
      if (!refuses(request, reply)) void (reply as FastifyReply).send(error);
    },
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (!refuses(request, reply)) done();
  });
  app.get('/healthz', () => ({ alive: true, state: status().state }));
  app.get('/readyz', async (_request, reply) => {
    const notReady = whyNotReady(status());
    if (notReady !== undefined) reply.code(503);
    return { ready: notReady === undefined, reason: notReady };
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type(metrics.contentType);
    return metrics.text(status(), Date.now());
  });
  app.get('/status', () => ({
    source,
    destination,
    ...statusObject(status()),
  }));
  try {
    return { url: await app.listen(address), close: () => app.close() };
  } catch (error) {
    throw cannotServe(address, error);
  }
}

function whyNotReady(status: WatchStatus): string | undefined {
  if (status.state === 'halted' || status.state === 'backing_off')
    return `${status.state}: ${status.reason ?? ''}`;
  if (status.state === 'stopping') return 'stopping';
  if (status.lastFullPass === undefined) return 'the first comparison of everything is not over';
  return status.lastFullPass.error === undefined ? undefined : status.lastFullPass.error.message;
}
