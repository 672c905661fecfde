import { isSyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { HiddenNames } from './hidden-names.ts';
import type { Remote } from '../../remote/remote.ts';

export interface DestinationTimesOptions {
  readonly remote: Remote;
  /** Keeps what was found out, and knows of the files of a try. */
  readonly ledger: Pick<Ledger, 'recall' | 'remember' | 'addIntents' | 'dropIntent'>;
  readonly hidden: HiddenNames;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The trait of the destination: an answer that nothing has to be tried for. */
  readonly keepsTimes?: boolean | undefined;
}

const REMEMBERED = 'keeps_times';
/** Times at a destination are true to a second. */
const A_SECOND_MS = 1100;
/** A time that lies so long back was not given by a move just now, however much the clocks differ. In milliseconds. */
const LONG_AGO_MS = 3_600_000;

/**
 * Finds out whether the destination leaves a file its time when the file is moved. Where it does, another time after a
 * move says that others replaced the file. Where it does not, times say nothing about moved files. Mostly a folder that
 * was moved shows which of the two is so.
 */
export class DestinationTimes {
  readonly #options: DestinationTimesOptions;
  #asked: Promise<boolean> | undefined;

  constructor(options: DestinationTimesOptions) {
    this.#options = options;
  }

  /** A moved file was seen with its time of before: a proof that times are kept, unless the file was put there just now. */
  kept(modifiedMs: number): void {
    const { ledger, clock } = this.#options;
    if (clock.now() - modifiedMs > LONG_AGO_MS && ledger.recall(REMEMBERED) !== 'yes')
      ledger.remember(REMEMBERED, 'yes');
  }

  /** Whether times are kept; undefined: not known yet. */
  get known(): boolean | undefined {
    const { ledger, keepsTimes } = this.#options;
    if (keepsTimes !== undefined) return keepsTimes;
    const known = ledger.recall(REMEMBERED);
    return known === undefined ? undefined : known === 'yes';
  }

  /**
   * The same. Where nothing has shown the answer yet, an empty file under a hidden name is moved as a try. Where the
   * try fails, times count: a file with another time then counts as changed by others.
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
    // replies without times say nothing
    if (before?.modifiedMs === undefined || after?.modifiedMs === undefined) return true;
    const keeps = before.modifiedMs === after.modifiedMs;
    ledger.remember(REMEMBERED, keeps ? 'yes' : 'no');
    return keeps;
  }
}
