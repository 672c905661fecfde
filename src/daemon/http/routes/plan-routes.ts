import type { FastifyInstance, FastifyReply } from 'fastify';
import type { PlanView } from '../../view/page-api.ts';
import { errorReply } from '../error-replies.ts';
import type { PagePorts } from '../page-ports.ts';
import { knownJob } from './job-routes.ts';
import { checkedQuery, linesQuery } from './run-routes.ts';

interface PlanParams {
  readonly Params: { readonly plan: string };
}

/** Dry runs: begun, looked at, then applied or thrown away. */
export function planRoutes(api: FastifyInstance, { control, plans }: PagePorts): void {
  const orUnknown = (reply: FastifyReply, plan: PlanView | undefined): PlanView | FastifyReply =>
    plan ??
    reply.code(404).send(errorReply('unknown_plan', 'that plan is not there any more: make a new one'));
  api.post<{ Params: { job: string } }>('/jobs/:job/plans', async ({ params }, reply) =>
    reply.code(202).send(await plans.begin(knownJob(control, params.job))),
  );
  api.get<PlanParams>('/plans/:plan', ({ params }, reply) => orUnknown(reply, plans.view(params.plan)));
  api.get<PlanParams>('/plans/:plan/lines', ({ params, query }, reply) => {
    const part = checkedQuery(linesQuery, query);
    return plans.view(params.plan) === undefined
      ? orUnknown(reply, undefined)
      : plans.lines(params.plan, part);
  });
  api.post<PlanParams>('/plans/:plan/apply', ({ params }, reply) =>
    plans.view(params.plan) === undefined ? orUnknown(reply, undefined) : plans.apply(params.plan),
  );
  api.delete<PlanParams>('/plans/:plan', async ({ params }, reply) => {
    await plans.discard(params.plan);
    return reply.code(204).send();
  });
}
