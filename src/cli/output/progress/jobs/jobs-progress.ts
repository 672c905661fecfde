import type { ProgressState } from '../progress-state.ts';
import { TransferRate } from '../transfer-rate.ts';
import type { JobsState, RunningJob } from './jobs-state.ts';

/** Follows several jobs, each of which tells its own state. */
export class JobsProgress {
  readonly #now: () => number;
  readonly #total: number;
  readonly #running = new Map<string, () => ProgressState>();
  readonly #rate = new TransferRate();
  readonly #done = { files: 0, bytes: 0, failed: 0 };
  #over = 0;

  /** `total`: jobs that are to run. */
  constructor(now: () => number, { total }: { readonly total: number }) {
    this.#now = now;
    this.#total = total;
  }

  /** A job begins to show what it does. */
  begin(name: string, state: () => ProgressState): void {
    this.#running.set(name, state);
  }

  /** It has shown all; what it has done still counts. */
  end(name: string): void {
    const state = this.#running.get(name)?.();
    if (state === undefined) return;
    this.#running.delete(name);
    this.#done.files += state.files;
    this.#done.bytes += state.bytes;
    this.#done.failed += state.failed;
  }

  /** A job is over, whether it has shown anything or not. */
  over(): void {
    this.#over++;
  }

  state(): JobsState {
    const nowMs = this.#now();
    const running = [...this.#running].map(([name, state]): RunningJob => ({ name, state: state() }));
    const bytes = running.reduce((sum, { state }) => sum + state.bytes, this.#done.bytes);
    if (bytes > 0) this.#rate.begin(nowMs);
    return {
      nowMs,
      running,
      over: this.#over,
      total: this.#total,
      done: { ...this.#done },
      bytesPerSecond: this.#rate.measure(nowMs, bytes),
      transferMs: this.#rate.sinceFirstByte(nowMs),
    };
  }
}
