import type { QueuePlace } from '../../jobs/queue/queue-place.ts';
import type { BudgetUse } from '../../model/pace.ts';
import type { Clock } from '../../model/ports.ts';
import type { Gates } from '../../remote/gate/gates.ts';
import { machinesView, type MachinesView, type QueueView } from '../view/machines-view.ts';

export interface OpenMachinesOptions {
  /** The queue by way of which workers send the files; undefined: this process sends them. */
  readonly queue: QueuePlace | undefined;
  readonly gates: Pick<Gates, 'budgets'>;
  /** Where a relative `password-file` begins. */
  readonly folder: string;
  readonly clock: Clock;
  /** Something else is to be shown. */
  readonly onChange?: (() => void) | undefined;
}

/** What a long-running process has in common with other machines. */
export interface Machines {
  readonly now: { readonly queue: QueueView | undefined; readonly budgets: readonly BudgetUse[] };
  /** Undefined where nothing is shared. */
  readonly view: MachinesView | undefined;
  /** Looks at the queue now and then, where there is one, until this is aborted. Never rejects. */
  run(until: AbortSignal): Promise<void>;
}

/** Rejects with `config` where the queue's address is none. What is about queues is loaded where there is one. */
export async function openMachines(options: OpenMachinesOptions): Promise<Machines> {
  const { queue: place, gates, folder, clock, onChange } = options;
  const watch = place && (await openWatch(place, { folder, clock, onChange }));
  return {
    get now() {
      return { queue: watch?.view, budgets: gates.budgets };
    },
    get view() {
      return machinesView(watch?.view, gates.budgets, clock.now());
    },
    run: (until) => watch?.run(until) ?? Promise.resolve(),
  };
}

async function openWatch(
  place: QueuePlace,
  { folder, clock, onChange }: Pick<OpenMachinesOptions, 'folder' | 'clock' | 'onChange'>,
) {
  const [{ openQueueLook, shownQueue }, { QueueWatch }] = await Promise.all([
    import('../../jobs/queue/queue-look.ts'),
    import('./queue-watch.ts'),
  ]);
  return new QueueWatch({
    shown: shownQueue(place),
    open: () => openQueueLook(place, { folder }),
    clock,
    onChange,
  });
}
