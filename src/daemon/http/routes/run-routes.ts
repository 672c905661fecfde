import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { PagePorts } from '../page-ports.ts';
import { errorReply } from '../error-replies.ts';
import { knownJob } from './job-routes.ts';

/** Rows of a list in one answer. */
const MOST_ROWS = 500;
const limit = z.coerce.number().int().min(1).max(MOST_ROWS).default(50);

const runsQuery = z.strictObject({ before: z.string().max(200).optional(), limit });
const place = z.coerce.number().int().min(0).default(0);
export const linesQuery = z.strictObject({ from: place, limit });
const actionsQuery = z.strictObject({ offset: place, limit, failed: z.literal('1').optional() });

/** The query as its shape has it. Rejects with `usage`. */
export function checkedQuery<Shape extends z.ZodType>(shape: Shape, query: unknown): z.output<Shape> {
  const checked = shape.safeParse(query);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw usageError(`the query is wrong: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

interface RunParams {
  readonly Params: { readonly job: string; readonly run: string };
}

/** The remembered runs of a job. */
export function runRoutes(api: FastifyInstance, { control, history }: PagePorts): void {
  api.get<{ Params: { job: string } }>('/jobs/:job/runs', ({ params, query }) => {
    const { before, limit: most } = checkedQuery(runsQuery, query);
    return history.runs(knownJob(control, params.job), { before, limit: most });
  });
  api.get<RunParams>('/jobs/:job/runs/:run', async ({ params }, reply) => {
    const run = await history.run(knownJob(control, params.job), params.run);
    return run ?? reply.code(404).send(errorReply('unknown_run', 'that run is not remembered'));
  });
  api.get<RunParams>('/jobs/:job/runs/:run/actions', ({ params, query }) => {
    const { offset, limit: most, failed } = checkedQuery(actionsQuery, query);
    const part = { offset, limit: most, onlyFailed: failed !== undefined };
    return history.actions(knownJob(control, params.job), params.run, part);
  });
}
