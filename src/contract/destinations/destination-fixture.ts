import type { ErrorCode } from '../../model/errors.ts';
import type { Destination } from '../../model/ports.ts';

/** A destination that is tried. It is disposed of when its case is over. */
export interface DestinationFixture extends AsyncDisposable {
  /** Empty, and with the top of the file area as its root. */
  readonly destination: Destination;
}

/** The code that goes with each fact that a destination tells. */
export type DestinationCodes = Readonly<Record<'missing' | 'taken' | 'refused', ErrorCode>>;

export const NEUTRAL_CODES: DestinationCodes = {
  missing: 'destination_missing',
  taken: 'destination_taken',
  refused: 'destination_refused',
};
