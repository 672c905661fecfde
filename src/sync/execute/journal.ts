import type { Clock } from '../../model/ports.ts';
import type { Intent } from '../ledger/intent.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** Intents that share one commit. A kill leaves at most these, plus those in flight, in doubt. */
export const INTENT_BATCH = 64;
/** How long outcomes wait, at most, for others to share a commit with, in milliseconds. */
const FLUSH_AFTER_MS = 1000;
const FLUSH_AT = 512;

/**
 * Writes intents before anything is sent, and outcomes afterwards. Many of them share a commit. When a kill keeps an
 * outcome from being written, only its intent stays in doubt, and the next run looks.
 */
export class Journal {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  #finished: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /**
   * Commits intents, together with every outcome so far. Nothing may be sent before `begin` has returned. `independent`: the
   * changes have nothing to do with those that ended before. Outcomes may then wait for more of their kind: each commit
   * writes whole pages, and neighbours in a folder lie in one.
   */
  begin(
    intents: readonly Intent[],
    { independent = false }: { readonly independent?: boolean } = {},
  ): number[] {
    this.#check();
    return this.#ledger.transaction(() => {
      if (!independent) this.#writeFinished();
      return this.#ledger.addIntents(intents, this.#clock.now());
    });
  }

  detour(id: number, via: string, aside: string | undefined): void {
    this.#ledger.transaction(() => this.#ledger.detour(id, via, aside));
  }

  /** The change of intent `id` is settled; `outcome` is what the ledger then says. */
  end(id: number, outcome?: () => void): void {
    this.#add(() => {
      outcome?.();
      this.#ledger.dropIntent(id);
    });
  }

  /** A step of a change was made, and its intent stays for the next one; `outcome` is what the ledger then says. */
  goOn(outcome: () => void): void {
    this.#add(outcome);
  }

  #add(outcome: () => void): void {
    this.#finished.push(outcome);
    if (this.#finished.length >= FLUSH_AT) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), FLUSH_AFTER_MS);
  }

  /** Whether there are outcomes that are not written yet. */
  get waits(): boolean {
    return this.#finished.length > 0;
  }

  /** Rejects with `state_unusable` when an outcome could not be written, now or earlier. */
  flush(): void {
    this.#write();
    this.#check();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Outcomes that cannot be written are not lost: their intents stay, and the next run looks. */
  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#finished.length === 0) return;
    try {
      this.#ledger.transaction(() => this.#writeFinished());
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #writeFinished(): void {
    const finished = this.#finished;
    this.#finished = [];
    for (const write of finished) write();
  }
}
