import type { DaemonView, JobView } from '../view/daemon-view.ts';

/** What differs from the view before: everything, or single jobs; undefined: nothing. */
export type ViewChange =
  | { readonly kind: 'view'; readonly view: DaemonView }
  | { readonly kind: 'jobs'; readonly jobs: readonly JobView[] }
  | undefined;

/** Compares each view with the one before, so that of a hundred jobs only those that changed are sent. */
export class ViewChanges {
  #frame = '';
  #jobs = new Map<string, string>();

  next(view: DaemonView): ViewChange {
    const jobs = new Map(view.jobs.map((job) => [job.name, JSON.stringify(job)]));
    const frame = JSON.stringify({ ...view, jobs: view.jobs.map(({ name }) => name) });
    const changed = view.jobs.filter(({ name }) => this.#jobs.get(name) !== jobs.get(name));
    const isOther = frame !== this.#frame;
    this.#frame = frame;
    this.#jobs = jobs;
    if (isOther) return { kind: 'view', view };
    return changed.length === 0 ? undefined : { kind: 'jobs', jobs: changed };
  }
}
