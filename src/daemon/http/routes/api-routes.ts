import type { FastifyInstance, FastifyReply } from 'fastify';
import { errorReply } from '../error-replies.ts';
import type { ApiParts } from './api-parts.ts';
import { jobRoutes } from './job-routes.ts';
import { planRoutes } from './plan-routes.ts';
import { runRoutes } from './run-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { stageRoutes } from './stage-routes.ts';

/** Everything under /api. Signing in is open to everybody, the rest is for who is signed in: names are private. */
export function apiRoutes(app: FastifyInstance, parts: ApiParts): void {
  void app.register(
    (api, _options, done) => {
      sessionRoutes(api, parts);
      void api.register((inner, _inner, innerDone) => {
        inner.addHook('onRequest', (request, reply, next) => {
          if (parts.signedIn(request)) return next();
          void reply.code(401).send(errorReply('not_signed_in', 'open the link that stagesync up prints'));
        });
        eventRoute(inner, parts);
        jobRoutes(inner, parts.ports);
        runRoutes(inner, parts.ports);
        planRoutes(inner, parts.ports);
        stageRoutes(inner, parts.ports);
        innerDone();
      });
      done();
    },
    { prefix: '/api' },
  );
}

function eventRoute(api: FastifyInstance, { live, signedIn }: ApiParts): void {
  // a HEAD would be answered by the same route, and hold a place for as long as its connection
  const options = { exposeHeadRoute: false };
  api.get<{ Querystring: { job?: unknown } }>('/events', options, (request, reply: FastifyReply) => {
    if (live.refusal !== undefined) return reply.code(503).send(errorReply('too_many', live.refusal));
    reply.hijack();
    const { job } = request.query;
    live.open(reply.raw, {
      job: typeof job === 'string' ? job : undefined,
      isAllowed: () => signedIn(request),
    });
    return reply;
  });
}
