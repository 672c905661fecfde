import type { Clock } from '../../model/ports.ts';
import type { PassSummary, WatchEvent, WatchState, WatchStatus } from './watch-events.ts';

/** Keeps the state of a watch and how its passes ended, and tells each change once. */
export class StatusRecord {
  readonly #clock: Clock;
  readonly #onEvent: (event: WatchEvent) => void;
  #state: WatchState = 'starting';
  #reason: string | undefined;
  #stateSinceMs: number;
  #lastPass: PassSummary | undefined;
  #lastFullPass: PassSummary | undefined;
  #lastNotice: string | undefined;

  constructor(clock: Clock, onEvent: (event: WatchEvent) => void) {
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#stateSinceMs = clock.now();
  }

  get status(): Pick<WatchStatus, 'state' | 'reason' | 'stateSinceMs' | 'lastPass' | 'lastFullPass'> {
    return {
      state: this.#state,
      reason: this.#reason,
      stateSinceMs: this.#stateSinceMs,
      lastPass: this.#lastPass,
      lastFullPass: this.#lastFullPass,
    };
  }

  enter(state: WatchState, reason?: string): void {
    if (state === this.#state && reason === this.#reason) return;
    this.#state = state;
    this.#reason = reason;
    this.#stateSinceMs = this.#clock.now();
    this.#onEvent({ type: 'state', state, reason });
  }

  /** Tells a notice once, however often it comes in a row: a source that is polled says the same every time. */
  notice(message: string): void {
    if (message === this.#lastNotice) return;
    this.#lastNotice = message;
    this.#onEvent({ type: 'notice', message });
  }

  passed(summary: PassSummary): void {
    this.#lastPass = summary;
    if (summary.folders === undefined) this.#lastFullPass = summary;
    this.#onEvent({ type: 'pass', ...summary });
  }
}
