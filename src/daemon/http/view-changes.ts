import type { DaemonView, JobView } from '../view/daemon-view.ts';
import type { MachinesView } from '../view/machines-view.ts';

/** What differs from the view before: everything, or parts of it; undefined: nothing. */
export type ViewChange =
  | { readonly kind: 'view'; readonly view: DaemonView }
  | {
      readonly kind: 'parts';
      readonly jobs: readonly JobView[];
      /** Null: nothing is shared any more. Absent: as it was. */
      readonly machines?: MachinesView | null;
    }
  | undefined;

/** Compares each view with the one before, so that of a hundred jobs only those that changed are sent. */
export class ViewChanges {
  #frame = '';
  #machines = '';
  #jobs = new Map<string, string>();

  next(view: DaemonView): ViewChange {
    const jobs = new Map(view.jobs.map((job) => [job.name, JSON.stringify(job)]));
    const frame = JSON.stringify({ ...view, machines: undefined, jobs: view.jobs.map(({ name }) => name) });
    const machines = JSON.stringify(view.machines ?? null);
    const changed = view.jobs.filter(({ name }) => this.#jobs.get(name) !== jobs.get(name));
    const isOther = frame !== this.#frame;
    const areOthers = machines !== this.#machines;
    this.#frame = frame;
    this.#machines = machines;
    this.#jobs = jobs;
    if (isOther) return { kind: 'view', view };
    if (changed.length === 0 && !areOthers) return undefined;
    return { kind: 'parts', jobs: changed, ...(areOthers && { machines: view.machines ?? null }) };
  }
}
