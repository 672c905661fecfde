import type { PathFilter } from '../model/ports.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import type { Remote } from '../remote/remote.ts';
import type { DestinationTimes } from './execute/destination-times.ts';
import type { HiddenNames } from './execute/hidden-names.ts';
import type { Learnt } from './execute/learnt.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Leftovers } from './leftovers.ts';
import type { OvertakenPaths } from './overtaking/overtaken-paths.ts';
import type { Overtaking } from './overtaking/overtaking.ts';
import type { PassOptions } from './pass-options.ts';
import type { Tally } from './tally.ts';

export type PassWithLedger = PassOptions & { readonly ledger: Ledger };

/** What the rounds of one pass share. */
export interface PassParts {
  /** What takes part in the source: without a marker, which is no file of the source. */
  readonly filter: PathFilter;
  /** What takes part at the destination. */
  readonly destinationFilter: PathFilter;
  readonly tally: Tally;
  readonly gate: GateUse;
  readonly remote: Remote;
  readonly hidden: HiddenNames;
  readonly learnt: Learnt;
  readonly times: DestinationTimes;
  readonly leftovers: Leftovers;
  readonly overtaken: OvertakenPaths;
  /** Sends what changes while the pass works; absent where that waits for the next pass. */
  readonly overtaking: Overtaking | undefined;
}
