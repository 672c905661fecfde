import type { Report, SyncEvent } from '../../model/events.ts';
import type { SyncError } from '../../model/errors.ts';

/** One way of showing a run. Readers take the same events; none of them can disturb the run. */
export interface Reader {
  onEvent(event: SyncEvent): void;
  /** The run is over. `error` is what ended it before its end. */
  finish(report: Report, error: SyncError | undefined): void;
  /** The run failed without a report: leave the terminal as it was. */
  abandon(): void;
}

/** The name by which the lines of a run are told from those of others. */
export interface RunName {
  readonly name: string;
  /** There are no others: text needs no name, JSON has it even so. */
  readonly isAlone: boolean;
}
