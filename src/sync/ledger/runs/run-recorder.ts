import type { ActionEvent, SyncEvent } from '../../../model/events.ts';
import { notLoadedText } from '../../../model/pipelines.ts';
import type { FailureGroup, RunAction } from '../../../model/run.ts';
import { FailureGroups } from './failure-groups.ts';

/** Actions that are remembered of a run: such as went well, and others, so that the first cannot push out the second. */
const MOST_DONE = 800;
const MOST_NOT_DONE = 200;
/** So many actions share one commit. */
const BATCH = 100;

/** Hears what a run does, and keeps what is remembered of it: failures by cause, and some of the actions. */
export class RunRecorder {
  readonly #failures = new FailureGroups();
  readonly #warnings = new FailureGroups();
  readonly #write: (actions: readonly RunAction[]) => void;
  #waiting: RunAction[] = [];
  #done = 0;
  #notDone = 0;
  #cut = 0;

  /** `write` gets actions now and then, in their order. What it throws is the business of whoever ends the run. */
  constructor(write: (actions: readonly RunAction[]) => void) {
    this.#write = write;
  }

  hear(event: SyncEvent): void {
    if (event.type === 'problem') {
      const groups = event.severity === 'failure' ? this.#failures : this.#warnings;
      groups.add(event.path, event.code, event.message);
    } else if (event.type === 'action') this.#action(event);
    else if (event.type === 'load' && event.outcome !== 'loaded')
      this.#failures.add(event.path, event.outcome, notLoadedText(event));
  }

  #action({ type: _type, ...action }: ActionEvent): void {
    const { outcome, path, error } = action;
    if (outcome === 'failed') this.#failures.add(path, error.code, error.message);
    const isKept = outcome === 'done' ? ++this.#done <= MOST_DONE : ++this.#notDone <= MOST_NOT_DONE;
    if (!isKept) {
      this.#cut++;
      return;
    }
    this.#waiting.push(action);
    if (this.#waiting.length >= BATCH) this.flush();
  }

  /** Writes what still waits. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const actions = this.#waiting;
    this.#waiting = [];
    this.#write(actions);
  }

  get failures(): readonly FailureGroup[] {
    return this.#failures.list();
  }

  get warnings(): readonly FailureGroup[] {
    return this.#warnings.list();
  }

  /** Actions that are not remembered, because there were too many. */
  get cut(): number {
    return this.#cut;
  }
}
