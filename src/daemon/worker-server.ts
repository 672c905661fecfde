import fastify from 'fastify';
import { hostCheck } from '../emulator/http/host-check.ts';
import { cannotServe } from '../jobs/usage-errors.ts';
import type { WorkerMetrics, WorkerNow } from './metrics/worker-metrics.ts';
import type { ListenAddress, StatusServer } from './server.ts';

/** What a worker's server shows. */
export interface ServedWorker {
  readonly name: string;
  readonly now: () => WorkerNow;
  readonly metrics: WorkerMetrics;
  /** Names that requests may call the server by, beside its own. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** What a worker shows to the outside, read only. `/readyz`: the queue answers. A request whose Host is not this server's gets none of it. */
export async function serveWorker(
  address: ListenAddress,
  { name, now, metrics, allowedHosts = [] }: ServedWorker,
): Promise<StatusServer> {
  const checkHost = hostCheck(address.host, allowedHosts);
  const app = fastify({ forceCloseConnections: true, http: { requireHostHeader: false } });
  app.addHook('onRequest', (request, reply, done) => {
    const refused = checkHost(request.raw);
    if (refused === undefined) done();
    else void reply.code(refused.status).type('text/plain; charset=utf-8').send(`${refused.message}\n`);
  });
  app.get('/healthz', () => ({ alive: true }));
  app.get('/readyz', (_request, reply) => {
    const { isQueueUp } = now();
    return reply
      .code(isQueueUp ? 200 : 503)
      .send({ ready: isQueueUp, reason: isQueueUp ? undefined : 'the queue does not answer' });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text(now())),
  );
  app.get('/status', () => ({ name, ...now() }));
  try {
    return { url: await app.listen(address), close: () => app.close() };
  } catch (error) {
    throw cannotServe(address, error);
  }
}
