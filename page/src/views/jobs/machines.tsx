import type { DaemonView } from '../../../../src/daemon/view/daemon-view.ts';
import type { BudgetView } from '../../../../src/daemon/view/machines-view.ts';
import { printable } from '../../../../src/model/printable.ts';
import { useNow } from '../../live/clock.ts';
import { Fact, Facts } from '../../parts/facts.tsx';
import { Mark } from '../../parts/mark.tsx';
import {
  budgetLabel,
  budgetTold,
  leaderTold,
  telling,
  withWorkers,
  workersTold,
  type Told,
} from '../../text/machines.ts';

/** What the daemon has in common with other machines; nothing where it is alone. */
export function Machines({ view }: { readonly view: DaemonView }) {
  const { leadership, machines, jobs } = view;
  const queue = machines?.queue;
  const budgets = telling(machines?.budgets ?? []);
  if (leadership === undefined && queue === undefined && budgets.length === 0) return null;
  const held = queue === undefined ? undefined : withWorkers(jobs);
  return (
    <section aria-label="Other machines" class="machines">
      <Facts>
        {leadership !== undefined && <Shared name="Leads" told={leaderTold(leadership)} />}
        {queue !== undefined && <Shared name="Workers" told={workersTold(queue)} title={queue.queue} />}
        {held !== undefined && <Fact name="With workers">{held}</Fact>}
        {budgets.map((budget) => (
          <Budget key={`${budget.budget} ${budget.name}`} budget={budget} alone={budgets.length === 1} />
        ))}
      </Facts>
    </section>
  );
}

function Budget({ budget, alone }: { readonly budget: BudgetView; readonly alone: boolean }) {
  const now = useNow();
  const name = alone ? 'Budget' : `Budget of ${printable(budgetLabel(budget.name))}`;
  return <Shared name={name} told={budgetTold(budget, now)} title={`${budget.name}, by ${budget.budget}`} />;
}

function Shared({
  name,
  told,
  title,
}: {
  readonly name: string;
  readonly told: Told;
  readonly title?: string;
}) {
  return (
    <Fact name={name}>
      <span title={title === undefined ? undefined : printable(title)}>
        <Mark tone={told.tone} text={printable(told.text)} />
      </span>
    </Fact>
  );
}
