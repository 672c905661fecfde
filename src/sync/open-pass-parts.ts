import type { RelPath } from '../model/path.ts';
import type { Destination, DestinationTraits, PathFilter } from '../model/ports.ts';
import { Bandwidth } from '../remote/bandwidth.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import { Remote } from '../remote/remote.ts';
import type { RemoteOptions } from '../remote/remote.ts';
import { RetryingDestination } from '../remote/retrying-destination.ts';
import { limited } from '../remote/wrapped-destinations.ts';
import { everything, hiding } from '../filter/filter.ts';
import { DestinationTimes } from './execute/destination-times.ts';
import { HiddenNames } from './execute/hidden-names.ts';
import { Learnt } from './execute/learnt.ts';
import type { Ledger } from './ledger/ledger.ts';
import { Leftovers } from './leftovers.ts';
import { openOvertaking } from './overtaking/open-overtaking.ts';
import { OvertakenPaths } from './overtaking/overtaken-paths.ts';
import type { PassOptions } from './pass-options.ts';
import type { PassParts, PassWithLedger } from './pass-parts.ts';
import type { Tally } from './tally.ts';

export function openPassParts(pass: PassWithLedger, tally: Tally, gate: GateUse): PassParts {
  const { clock, ledger, source, signal, marker, deleteExcluded, sweepOlderThanMs } = pass;
  const withoutMarker = (filter: PathFilter): PathFilter =>
    marker === undefined ? filter : hiding(filter, marker);
  const remoteOptions: RemoteOptions = {
    destination: new RetryingDestination(inBandwidth(pass), gate),
    source,
    signal,
    onBytes: (path, bytes, sent) => tally.emit({ type: 'transfer', path, bytes, sent }),
  };
  const remote = new Remote(remoteOptions);
  const hidden = new HiddenNames(clock.now());
  const times = new DestinationTimes({
    remote,
    ledger,
    hidden,
    clock,
    signal,
    keepsTimes: pass.destination.traits.keepsTimes,
  });
  const parts = {
    filter: withoutMarker(pass.filter),
    destinationFilter: withoutMarker(deleteExcluded ? everything : pass.filter),
    tally,
    gate,
    remote,
    hidden,
    learnt: learntFrom(pass.destination.traits),
    times,
    overtaken: new OvertakenPaths(),
  };
  return {
    ...parts,
    overtaking: openOvertaking(pass, parts, remoteOptions),
    leftovers: new Leftovers({
      remote,
      hidden,
      learnt: parts.learnt,
      clock,
      sweepOlderThanMs,
      onProblem: tally.problem,
      onSwept: (path) =>
        tally.emit({ type: 'action', kind: 'remove', path, reason: 'swept', ms: 0, outcome: 'done' }),
      isKnown: (path) => isOfIntent(ledger, path),
    }),
  };
}

/** The traits that a destination tells are known from the start; the others are learnt by a refusal. */
function learntFrom({ overwrites, movesFolders }: DestinationTraits): Learnt {
  const learnt = new Learnt();
  learnt.refusesOverwrite = overwrites === false;
  learnt.refusesFolderMoves = movesFolders === false;
  return learnt;
}

const inBandwidth = ({ destination, maxBytesPerSecond, clock }: PassOptions): Destination =>
  maxBytesPerSecond === undefined
    ? destination
    : limited(destination, new Bandwidth(clock, maxBytesPerSecond));

/** Whether something that was begun, and is not settled yet, waits at a hidden name or below it. */
const isOfIntent = (ledger: Ledger, path: RelPath): boolean =>
  ledger
    .intents()
    .some(({ via, aside }) => via?.startsWith(path) === true || aside?.startsWith(path) === true);
