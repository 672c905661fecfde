import { useEffect, useState } from 'preact/hooks';
import type { PlanView } from '../../../../src/daemon/view/page-api.ts';
import { count, counted } from '../../../../src/cli/output/quantities.ts';
import { ask, askJson } from '../../live/api.ts';
import { useNow } from '../../live/clock.ts';
import { go } from '../../live/location.ts';
import { announce } from '../../parts/announcements.tsx';
import { Meter } from '../../parts/meter.tsx';
import { Name } from '../../parts/name.tsx';
import { hashOf } from '../../text/routes.ts';
import { ago } from '../../text/times.ts';
import { PlanCosts } from './plan-costs.tsx';
import { PlanLines } from './plan-lines.tsx';

const LOOK_EVERY_MS = 700;

/** A dry run: how far it is, what would be done, and the buttons to do exactly that. */
export function PlanPage({ job, id }: { readonly job: string; readonly id: string }) {
  const [plan, setPlan] = useState<PlanView | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const path = `plans/${encodeURIComponent(id)}`;
  const isOpen = plan === undefined || plan.state === 'comparing';
  useEffect(() => {
    if (!isOpen) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const look = async (): Promise<void> => {
      try {
        const seen = await askJson<PlanView>(path);
        if (ended) return;
        setPlan(seen);
        if (seen.state === 'comparing') timer = setTimeout(() => void look(), LOOK_EVERY_MS);
      } catch (error) {
        if (!ended) setProblem(textOf(error));
      }
    };
    void look();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [path, isOpen]);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setProblem(undefined);
    await work().catch((error: unknown) => setProblem(textOf(error)));
  };
  const apply = (): Promise<void> =>
    attempt(async () => {
      setPlan(await askJson<PlanView>(`${path}/apply`, { method: 'POST' }));
      announce(`${job}: the plan is being applied`);
    });
  const discard = (): Promise<void> =>
    attempt(async () => {
      await ask(path, { method: 'DELETE' });
      go({ view: 'job', job });
    });
  return (
    <>
      <p class="way">
        <a href={hashOf({ view: 'job', job })}>
          <Name text={job} />
        </a>
      </p>
      {plan !== undefined && <PlanHead plan={plan} onApply={apply} onDiscard={discard} />}
      {problem !== undefined && (
        <p class="reason bad" role="alert">
          <Name text={problem} class="message" />
        </p>
      )}
      {plan !== undefined && <PlanBody plan={plan} />}
    </>
  );
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function PlanHead({
  plan: { state, startedMs, actions },
  onApply,
  onDiscard,
}: {
  readonly plan: PlanView;
  readonly onApply: () => Promise<void>;
  readonly onDiscard: () => Promise<void>;
}) {
  const now = useNow();
  const isOpen = state === 'comparing' || state === 'ready';
  return (
    <div class="heading">
      <h1>Dry run</h1>
      <p class="quiet">
        {ago(startedMs, now)}
        {state !== 'applied' && '; nothing was changed'}
      </p>
      {isOpen && (
        <div class="buttons">
          <button type="button" onClick={() => void onDiscard()}>
            {state === 'comparing' ? 'Stop' : 'Throw away'}
          </button>
          {state === 'ready' && actions > 0 && (
            <button type="button" class="main" onClick={() => void onApply()}>
              Apply {count(actions)} {actions === 1 ? 'action' : 'actions'}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function PlanBody({ plan }: { readonly plan: PlanView }) {
  if (plan.state === 'comparing')
    return (
      <div class="panel" role="status">
        <Meter label="Comparing" value={0} total={undefined} />
        <p class="progress">{count(plan.compared)} compared</p>
      </div>
    );
  if (plan.state === 'failed')
    return (
      <p class="reason bad" role="alert">
        There is no plan:{' '}
        <Name text={plan.error?.message ?? 'the dry run did not come to its end'} class="message" />
      </p>
    );
  return (
    <>
      {plan.state === 'applied' && (
        <p class="reason good" role="status">
          The plan is carried out as it stands here; what changed meanwhile at either end is left out.{' '}
          <a href={hashOf({ view: 'job', job: plan.job })}>See how it goes</a>
        </p>
      )}
      {plan.problems > 0 && (
        <p class="reason warn">
          {counted(plan.problems, 'entry', 'entries')} could not be read or compared, and{' '}
          {plan.problems === 1 ? 'is' : 'are'} not in the plan.
        </p>
      )}
      <PlanCosts plan={plan} />
      <PlanLines plan={plan.id} />
    </>
  );
}
