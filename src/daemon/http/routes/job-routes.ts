import type { FastifyInstance, FastifyReply } from 'fastify';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { DaemonControl } from '../../view/daemon-view.ts';
import type { PagePorts } from '../page-ports.ts';
import { errorReply } from '../error-replies.ts';

interface JobParams {
  readonly Params: { readonly job: string };
}

/** Rejects with `usage` a name that is none of the daemon's jobs. */
export function knownJob(control: DaemonControl, name: string): string {
  if (control.view().jobs.some((job) => job.name === name)) return name;
  throw usageError(`there is no job ${JSON.stringify(name)} in the jobs file`);
}

/** What the buttons ask for. Each is answered as soon as it has begun; the events tell how it goes. */
export function jobRoutes(api: FastifyInstance, { control, explain }: PagePorts): void {
  const accepted = (reply: FastifyReply, body: object = {}): FastifyReply => reply.code(202).send(body);
  api.post<JobParams>('/jobs/:job/run', async ({ params }, reply) =>
    accepted(reply, { run: await control.run(knownJob(control, params.job)) }),
  );
  api.post<JobParams>('/jobs/:job/flush', ({ params }, reply) => {
    // it can take hours; how it ends is seen in the job's view and its runs
    control.flush(knownJob(control, params.job)).catch(() => {});
    return accepted(reply);
  });
  // for programs: what the events begin with
  api.get('/view', () => control.view());
  for (const verb of ['pause', 'resume', 'cancel'] as const)
    api.post<JobParams>(`/jobs/:job/${verb}`, async ({ params }, reply) => {
      await control[verb](knownJob(control, params.job));
      return accepted(reply);
    });
  api.get<JobParams & { Querystring: { path?: unknown } }>(
    '/jobs/:job/explain',
    async ({ params, query }, reply) => {
      const job = knownJob(control, params.job);
      if (typeof query.path !== 'string' || query.path === '') throw usageError('give a path');
      const explanation = await explain(job, query.path);
      return explanation ?? reply.code(404).send(errorReply('unknown_path', 'no run has decided about it'));
    },
  );
}
