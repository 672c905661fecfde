import { isSyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { HiddenNames } from './hidden-names.ts';
import type { Remote } from '../../remote/remote.ts';

export interface DestinationTimesOptions {
  readonly remote: Remote;
  readonly ledger: Ledger;
  readonly hidden: HiddenNames;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const REMEMBERED = 'keeps_times';
/** Stage's times are true to a second. */
const A_SECOND_MS = 1100;
/** A time so long past was not given by a move just now, whatever the clocks differ by. */
const LONG_AGO_MS = 3_600_000;

/**
 * Whether this Stage leaves a file its time when it is moved. Where it does, another time after a move says that others
 * replaced the file; where it does not, times say nothing of moved files. Mostly a folder that moved shows it.
 */
export class DestinationTimes {
  readonly #options: DestinationTimesOptions;
  #asked: Promise<boolean> | undefined;

  constructor(options: DestinationTimesOptions) {
    this.#options = options;
  }

  /** A moved file was seen with the time that it had before: a proof, unless it was put there only just now. */
  kept(modifiedMs: number): void {
    const { ledger, clock } = this.#options;
    if (clock.now() - modifiedMs > LONG_AGO_MS && ledger.recall(REMEMBERED) !== 'yes')
      ledger.remember(REMEMBERED, 'yes');
  }

  /** What is known; undefined: nothing yet. */
  get known(): boolean | undefined {
    const known = this.#options.ledger.recall(REMEMBERED);
    return known === undefined ? undefined : known === 'yes';
  }

  /**
   * Tries it once with an empty file under a hidden name, where nothing has shown it yet. Where that fails, times count:
   * what has another one is then left to others.
   */
  async keeps(): Promise<boolean> {
    const { known } = this;
    if (known !== undefined) return known;
    try {
      return await (this.#asked ??= this.#try());
    } catch (error) {
      this.#asked = undefined;
      if (!isSyncError(error) || error.verdict === 'end_run') throw error;
      return true;
    }
  }

  async #try(): Promise<boolean> {
    const { remote, ledger, hidden, clock, signal } = this.#options;
    const [first, second] = [hidden.next('new', 'time'), hidden.next('moved', 'time')];
    const intents = ledger.addIntents(
      [first, second].map((via) => ({ op: 'staging', path: '', via, reason: 'times' })),
      clock.now(),
    );
    await remote.putEmpty(first);
    const before = await remote.stat(first);
    await clock.sleep(A_SECOND_MS, signal);
    await remote.move(first, second);
    const after = await remote.stat(second);
    await remote.remove(second);
    for (const id of intents) ledger.dropIntent(id);
    // a reply without a time says nothing
    if (before?.modifiedMs === undefined || after?.modifiedMs === undefined) return true;
    const keeps = before.modifiedMs === after.modifiedMs;
    ledger.remember(REMEMBERED, keeps ? 'yes' : 'no');
    return keeps;
  }
}
