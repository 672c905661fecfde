import type { DaemonView } from '../../../daemon/view/daemon-view.ts';
import { budgetObject, leadershipObject, queueObject } from './machines-object.ts';
import { budgetText, leadershipText, queueText, type MachinesTextOptions } from './machines-text.ts';

/** Something that is shared, as an object for `--json` and as lines for people. */
export interface Shown {
  readonly object: object;
  readonly text: readonly string[];
}

/** What a daemon has in common with other machines; nothing where it is alone. */
export function machinesOf(view: DaemonView | undefined, options: MachinesTextOptions): readonly Shown[] {
  if (view === undefined) return [];
  const { file, leadership, machines: { queue, budgets = [] } = {} } = view;
  return [
    ...(leadership === undefined
      ? []
      : [{ object: leadershipObject(file, leadership), text: leadershipText(file, leadership) }]),
    ...(queue === undefined ? [] : [{ object: queueObject(queue), text: queueText(queue, options) }]),
    ...budgets.map((budget) => ({ object: budgetObject(budget), text: budgetText(budget, options) })),
  ];
}
