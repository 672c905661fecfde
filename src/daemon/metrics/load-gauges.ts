import { Counter, Gauge, type Registry } from 'prom-client';
import type { LoadReport } from '../../model/events.ts';

/** The label of a metric where there are several jobs. */
type JobLabel = { readonly job?: string };

/** How far the files of jobs are on their way to a table, as of the last pass of each. Jobs that ask no database have none. */
export class LoadGauges {
  readonly #oldest;
  readonly #unloaded;
  readonly #skipped;
  readonly #loaded;
  /** By the name of a job; '' where there is one alone. */
  readonly #last = new Map<string, LoadReport>();

  constructor(registry: Registry, { byJob }: { readonly byJob: boolean }) {
    const shared = { labelNames: byJob ? ['job'] : [], registers: [registry] };
    this.#oldest = new Gauge({
      name: 'stagesync_oldest_unloaded_age_seconds',
      help: 'Age of the oldest file on Stage that the last pass did not find loaded; 0 when there is none.',
      ...shared,
    });
    this.#unloaded = new Gauge({
      name: 'stagesync_files_unloaded',
      help: 'Files on Stage that the last pass did not find loaded.',
      ...shared,
    });
    this.#skipped = new Gauge({
      name: 'stagesync_files_skipped',
      help: 'Of these, files that a pipeline gave up.',
      ...shared,
    });
    this.#loaded = new Counter({
      name: 'stagesync_files_loaded_total',
      help: 'Files that were found to be loaded.',
      ...shared,
    });
  }

  /** A pass has ended. */
  heard(load: LoadReport | undefined, job: JobLabel = {}): void {
    if (load === undefined) return;
    this.#last.set(job.job ?? '', load);
    this.#loaded.inc({ ...job }, load.loaded);
  }

  /** At a scrape. `jobs`: the names of those that there are; others are not shown any more. */
  set(nowMs: number, jobs?: ReadonlySet<string>): void {
    for (const gauge of [this.#oldest, this.#unloaded, this.#skipped]) gauge.reset();
    for (const [name, load] of this.#last) {
      if (jobs?.has(name) === false) {
        this.#last.delete(name);
        continue;
      }
      const label: JobLabel = name === '' ? {} : { job: name };
      const { oldestUnloadedMs, unloadedFiles, skipped } = load;
      const ageMs = oldestUnloadedMs === undefined ? 0 : Math.max(0, nowMs - oldestUnloadedMs);
      this.#oldest.set({ ...label }, ageMs / 1000);
      this.#unloaded.set({ ...label }, unloadedFiles);
      this.#skipped.set({ ...label }, skipped);
    }
  }
}
