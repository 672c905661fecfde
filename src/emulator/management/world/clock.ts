import type { StatementSync } from 'node:sqlite';
import type { Database } from '../../storage/database.ts';

interface Setting {
  /** When it was set, by the machine's clock, and what this clock showed then. Milliseconds since 1970. */
  readonly real: number;
  readonly shown: number;
  /** Milliseconds of this clock for one of the machine's; 0 stands still. */
  readonly rate: number;
}

const OWN: Setting = { real: 0, shown: 0, rate: 1 };

/**
 * The time of the management plane: that of the machine until somebody moves it. It never goes back, it is the same for
 * all processes on a data folder, and it goes on from where it was after a restart.
 */
export class Clock {
  readonly #read: StatementSync;
  readonly #write: StatementSync;

  constructor(database: Database) {
    this.#read = database.prepare('SELECT real, shown, rate FROM clock');
    this.#write = database.prepare(
      `INSERT INTO clock (one, real, shown, rate) VALUES (1, ?, ?, ?)
       ON CONFLICT (one) DO UPDATE SET real = excluded.real, shown = excluded.shown, rate = excluded.rate`,
    );
  }

  /** Milliseconds since 1970. */
  now(): number {
    return shownBy(this.#setting());
  }

  get rate(): number {
    return this.#setting().rate;
  }

  /** Moves it forward by `advanceMs`, and lets it run at `rate` from then on. What is absent stays as it is. */
  set({ advanceMs = 0, rate = this.rate }: { advanceMs?: number; rate?: number }): void {
    this.#write.run(Date.now(), this.now() + advanceMs, rate);
  }

  #setting(): Setting {
    return (this.#read.get() as Setting | undefined) ?? OWN;
  }
}

/** A machine's clock that was set back does not move this one. */
const shownBy = ({ real, shown, rate }: Setting): number =>
  Math.floor(shown + Math.max(0, Date.now() - real) * rate);
