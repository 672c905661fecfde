import type { Clock } from '../../model/ports.ts';
import type { RememberedJob, RememberedJobs } from '../schedule/remembered-jobs.ts';
import { parseRemembered } from '../schedule/remembered-jobs.ts';

/** Where a leader keeps what the next one has to know. `record` resolves with false once another may lead. */
export interface RecordKeeper {
  readonly lost: AbortSignal;
  record(name: string, value: string): Promise<boolean>;
}

/** A record that could not be kept is tried again after this, in milliseconds. */
const TRY_AGAIN_MS = 500;

/**
 * What outlives a daemon, where several take turns to lead: followed schedules and paused jobs are kept for the next leader, and
 * beside that on this machine, for a broker that forgets.
 */
export class LeaderRecords implements RememberedJobs {
  readonly #here: RememberedJobs;
  readonly #clock: Clock;
  #known = new Map<string, RememberedJob>();
  #keeper: RecordKeeper | undefined;
  /** Names whose latest record is not kept yet. */
  readonly #unkept = new Set<string>();
  #keeping: Promise<void> | undefined;

  constructor(here: RememberedJobs, clock: Clock) {
    this.#here = here;
    this.#clock = clock;
  }

  /** This process leads from now on; `records` is what those before it have kept. */
  lead(keeper: RecordKeeper, records: ReadonlyMap<string, string>): void {
    this.#keeper = keeper;
    this.#unkept.clear();
    this.#known = new Map([...records].map(([name, text]) => [name, parseRemembered(text)]));
  }

  of(name: string): RememberedJob {
    return this.#known.get(name) ?? this.#here.of(name);
  }

  remember(name: string, change: RememberedJob): void {
    this.#known.set(name, { ...this.of(name), ...change });
    this.#here.remember(name, change);
    this.#unkept.add(name);
    this.#keeping ??= this.#keep().finally(() => (this.#keeping = undefined));
  }

  /** Resolves once everything is kept, or cannot be any more. */
  async settled(): Promise<void> {
    await this.#keeping;
  }

  async #keep(): Promise<void> {
    const keeper = this.#keeper;
    if (keeper === undefined) return;
    while (!keeper.lost.aborted) {
      const [name] = this.#unkept;
      if (name === undefined) return;
      this.#unkept.delete(name);
      try {
        if (!(await keeper.record(name, JSON.stringify(this.of(name))))) return;
      } catch {
        this.#unkept.add(name);
        await this.#clock.sleep(TRY_AGAIN_MS, keeper.lost).catch(() => undefined);
      }
    }
  }
}
