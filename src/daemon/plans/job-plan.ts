import { randomUUID } from 'node:crypto';
import { errorData } from '../../model/errors.ts';
import type { SyncEvent } from '../../model/events.ts';
import type { PassResult } from '../../sync/pass-options.ts';
import { asSyncError } from '../../sync/watch/after-error.ts';
import type { PlanView } from '../view/page-api.ts';
import { PlannedLines } from './planned-lines.ts';

type Shown = { -readonly [Key in keyof PlanView]: PlanView[Key] };

/** One dry run of a job, from its begin until it was applied or thrown away. */
export class JobPlan {
  /** The job as it was compared, as text. */
  readonly madeFor: string;
  readonly lines = new PlannedLines();
  readonly #ending = new AbortController();
  readonly #view: Shown;
  /** A run carries the plan out, or did; its lines are that run's. */
  isTaken = false;
  /** Resolves once the comparison is over. */
  compared: Promise<void> = Promise.resolve();

  constructor(job: string, { madeFor, nowMs }: { readonly madeFor: string; readonly nowMs: number }) {
    this.madeFor = madeFor;
    this.#view = {
      id: randomUUID(),
      job,
      startedMs: nowMs,
      state: 'comparing',
      compared: 0,
      actions: 0,
      problems: 0,
      filesRemoved: 0,
    };
  }

  get view(): PlanView {
    return this.#view;
  }

  /** Aborted: nobody wants the plan any more. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  onEvent(event: SyncEvent): void {
    const view = this.#view;
    switch (event.type) {
      case 'listing':
        view.compared = event.listed;
        break;
      case 'planned':
        this.lines.add(event);
        // what goes or moves with a folder is the folder's one action
        if (event.within !== undefined) break;
        view.actions++;
        if (event.kind === 'remove') view.filesRemoved += event.files ?? 1;
        break;
      case 'plan':
        view.cost = event.cost;
        view.estimateMs = event.estimateMs;
        break;
      case 'problem':
        if (event.severity === 'failure') view.problems++;
        break;
      default:
        break;
    }
  }

  /** The comparison came to its end. Entries that could not be read are not in the plan; the rest of it holds. */
  compareEnded({ error }: Pick<PassResult, 'error'>): void {
    if (error === undefined) this.#view.state = 'ready';
    else this.failed(error);
  }

  failed(error: unknown): void {
    const { code, message } = errorData(asSyncError(error));
    this.#view.state = 'failed';
    this.#view.error = { code, message };
  }

  appliedBy(run: string): void {
    this.#view.state = 'applied';
    this.#view.run = run;
  }

  /** Ends the comparison where it goes on, and forgets the lines. */
  async discard(): Promise<void> {
    this.#ending.abort();
    await this.compared;
    if (!this.isTaken) this.lines.close();
  }
}
