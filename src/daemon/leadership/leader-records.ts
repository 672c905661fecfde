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
  #isEnding = false;

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
    const known = this.#known.get(name);
    const here = this.#here.of(name);
    // a broker that comes back from an older copy knows less than this machine, and an empty one nothing
    const best = known === undefined ? here : furtherOf(known, here);
    if (this.#keeper !== undefined && best !== known && Object.keys(best).length > 0) {
      this.#known.set(name, best);
      this.#keepSoon(name);
    }
    return best;
  }

  remember(name: string, change: RememberedJob): void {
    this.#known.set(name, { ...this.of(name), ...change });
    this.#here.remember(name, change);
    this.#keepSoon(name);
  }

  #keepSoon(name: string): void {
    this.#unkept.add(name);
    this.#begin();
  }

  #begin(): void {
    const keeper = this.#keeper;
    if (keeper === undefined) return;
    this.#keeping ??= this.#keep(keeper).finally(() => {
      this.#keeping = undefined;
      // it leads anew, and what it noted since waited for the end of what the leadership before could not keep
      if (this.#keeper !== keeper && this.#unkept.size > 0) this.#begin();
    });
  }

  /** Nothing more comes: resolves once everything is kept, or one more attempt has failed. */
  async settled(): Promise<void> {
    this.#isEnding = true;
    await this.#keeping;
  }

  async #keep(keeper: RecordKeeper): Promise<void> {
    while (!keeper.lost.aborted) {
      const [name] = this.#unkept;
      if (name === undefined) return;
      this.#unkept.delete(name);
      try {
        if (!(await keeper.record(name, JSON.stringify(this.of(name))))) return;
      } catch {
        this.#unkept.add(name);
        // a broker that is full renews a lease and keeps nothing, for hours
        if (this.#isEnding) return;
        await this.#clock.sleep(TRY_AGAIN_MS, keeper.lost).catch(() => undefined);
      }
    }
  }
}

/** What others have recorded, unless the same schedule was followed further here. */
const furtherOf = (known: RememberedJob, here: RememberedJob): RememberedJob =>
  known.schedule !== undefined &&
  known.schedule === here.schedule &&
  (here.followedMs ?? 0) > (known.followedMs ?? 0)
    ? { ...known, followedMs: here.followedMs }
    : known;
