import { SyncError } from '../../model/errors.ts';
import type { PlanLine } from '../../model/plan.ts';
import { usageError } from '../../jobs/usage-errors.ts';
import type { JobPlans } from '../http/page-ports.ts';
import type { PairUse } from '../supervision/pair-loan.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { PlanLinesPage, PlanView } from '../view/page-api.ts';
import { JobPlan } from './job-plan.ts';

type Jobs = Pick<Supervisor, 'file' | 'withPair'>;

/**
 * The dry runs of a daemon's jobs, the latest of each. A plan is carried out with the job as it was compared: an action whose
 * file changed at either end since then is left out.
 */
export class SupervisedPlans implements JobPlans {
  readonly #jobs: Jobs;
  readonly #plans = new Map<string, JobPlan>();

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  async begin(job: string): Promise<PlanView> {
    const madeFor = this.#jobText(job);
    for (const [id, plan] of this.#plans) if (plan.view.job === job) await this.discard(id);
    const plan = new JobPlan(job, { madeFor, nowMs: Date.now() });
    this.#plans.set(plan.view.id, plan);
    plan.compared = this.#compare(plan);
    return plan.view;
  }

  view(id: string): PlanView | undefined {
    return this.#plans.get(id)?.view;
  }

  lines(id: string, { from, limit }: { readonly from: number; readonly limit: number }): PlanLinesPage {
    const plan = this.#plan(id);
    if (plan.view.state !== 'ready') return { lines: [] };
    const { lines, next } = plan.lines.page(from, limit);
    return { lines: lines.map(withoutStamp), next };
  }

  async apply(id: string): Promise<PlanView> {
    const plan = this.#plan(id);
    const { state, job } = plan.view;
    if (state !== 'ready' || plan.isTaken)
      throw usageError('the plan cannot be applied: it is not ready, or was applied before');
    if (this.#jobText(job) !== plan.madeFor)
      throw usageError('the job is another one since the plan was made: make a new plan');
    plan.isTaken = true;
    const begun = Promise.withResolvers<string>();
    const ended = this.#jobs.withPair(job, (use) => carryOut(use, plan, begun.resolve), { dryRun: false });
    ended.then(
      () => plan.lines.close(),
      (error: unknown) => {
        plan.isTaken = false;
        begun.reject(error);
      },
    );
    plan.appliedBy(await begun.promise);
    return plan.view;
  }

  async discard(id: string): Promise<void> {
    const plan = this.#plans.get(id);
    this.#plans.delete(id);
    await plan?.discard();
  }

  async #compare(plan: JobPlan): Promise<void> {
    const onEvent = plan.onEvent.bind(plan);
    try {
      const result = await this.#jobs.withPair(
        plan.view.job,
        ({ pair, runs, until }) =>
          runs.dryRun(pair, { until: AbortSignal.any([until, plan.ending]), onEvent }),
        { dryRun: true },
      );
      plan.compareEnded(result);
    } catch (error) {
      plan.failed(error);
    }
  }

  #plan(id: string): JobPlan {
    const plan = this.#plans.get(id);
    if (plan !== undefined) return plan;
    throw usageError('that plan is not there any more: make a new one');
  }

  #jobText(name: string): string {
    const named = this.#jobs.file.jobs.find((each) => each.name === name);
    if (named === undefined)
      throw new SyncError('usage', `there is no job ${JSON.stringify(name)}`, { verdict: 'end_run' });
    return JSON.stringify(named.job);
  }
}

const carryOut = (
  { pair, runs, until, onEvent }: PairUse,
  { lines }: JobPlan,
  onBegun: (id: string) => void,
) =>
  runs.run(pair, {
    cause: 'command',
    approved: lines,
    until,
    onBegun,
    onEvent: (event) => onEvent({ type: 'sync', event }),
  });

const withoutStamp = ({ kind, path, to, reason, bytes, files, within }: PlanLine) => ({
  kind,
  path,
  to,
  reason,
  bytes,
  files,
  within,
});
