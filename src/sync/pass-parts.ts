import type { PassTransfers } from '../model/cluster/transfer-executor.ts';
import type { MeasuredPace } from '../model/pace.ts';
import type { RelPath } from '../model/path.ts';
import type { Destination, DestinationTraits, PathFilter } from '../model/ports.ts';
import { OwnBandwidth } from '../remote/bandwidth.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import type { Lanes } from '../remote/gate/lanes.ts';
import { ReadAhead } from '../remote/read-ahead.ts';
import { Remote } from '../remote/remote.ts';
import type { RemoteOptions } from '../remote/remote.ts';
import { RetryingDestination } from '../remote/retrying-destination.ts';
import { limited } from '../remote/wrapped-destinations.ts';
import { everything, hiding } from '../filter/filter.ts';
import { DestinationTimes } from './execute/destination-times.ts';
import { digestOfSource } from './execute/compare-content.ts';
import { HiddenNames } from './execute/hidden-names.ts';
import { Learnt } from './execute/learnt.ts';
import { Trash } from './execute/trash/trash.ts';
import { TrashSizes } from './execute/trash/trash-sizes.ts';
import { Verification } from './execute/verify/verification.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Loads } from './load/loads.ts';
import { TranslatedDestination } from './names/translated-destination.ts';
import { Leftovers } from './leftovers.ts';
import { openOvertaking } from './overtaking/open-overtaking.ts';
import { OvertakenPaths } from './overtaking/overtaken-paths.ts';
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
  /** Where what is removed or replaced goes; absent where nobody asks for that. */
  readonly trash: Trash | undefined;
  readonly trashSizes: TrashSizes | undefined;
  /** Reads back what is sent; absent where nobody asks for that. */
  readonly verification: Verification | undefined;
  /** The way to the table; absent where nobody asks for that. */
  readonly loads?: Loads | undefined;
  /** What carries out the uploads; absent where this process does. */
  readonly transfers?: PassTransfers | undefined;
  readonly overtaken: OvertakenPaths;
  /** Sends what changes while the pass works; absent where that waits for the next pass. */
  readonly overtaking: Overtaking | undefined;
  /** What an earlier run has measured of the destination. */
  readonly measured: MeasuredPace | undefined;
}

export function openPassParts(
  pass: PassWithLedger,
  tally: Tally,
  gate: GateUse,
  measured?: MeasuredPace,
): PassParts {
  const { clock, ledger, source, draining, signal, marker, deleteExcluded, sweepOlderThanMs } = pass;
  const withoutMarker = (filter: PathFilter): PathFilter =>
    marker === undefined ? filter : hiding(filter, marker);
  const remoteOptions: RemoteOptions = {
    destination: new RetryingDestination(byPaths(pass), gate),
    source,
    readAhead: source.traits.isRemote
      ? new ReadAhead({ source, gate: readingLanes(pass, gate), clock, draining, signal })
      : undefined,
    signal,
    onBytes: ({ path, size }, bytes, sent) => tally.emit({ type: 'transfer', path, bytes, sent, size }),
  };
  const remote = new Remote(remoteOptions);
  const hidden = new HiddenNames(clock.now());
  const learnt = learntFrom(pass.destination.traits);
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
    learnt,
    times,
    overtaken: new OvertakenPaths(),
    ...openTrash(pass, remote),
    verification: openVerification(pass, { remote, gate, tally }),
  };
  return {
    ...parts,
    measured,
    overtaking: openOvertaking(pass, parts, remoteOptions),
    leftovers: new Leftovers({
      remote,
      hidden,
      learnt,
      clock,
      sweepOlderThanMs,
      onProblem: tally.problem,
      onSwept: (path) =>
        tally.emit({ type: 'action', kind: 'remove', path, reason: 'swept', ms: 0, outcome: 'done' }),
      isKnown: (path) => isOfIntent(ledger, path),
    }),
  };
}

function openTrash(
  { keepRemovedMs: keepMs, clock, ledger, dryRun }: PassWithLedger,
  remote: Remote,
): Pick<PassParts, 'trash' | 'trashSizes'> {
  if (keepMs === undefined || dryRun) return { trash: undefined, trashSizes: undefined };
  const sizes = new TrashSizes(ledger);
  return { trash: new Trash({ remote, clock, keepMs, sizes }), trashSizes: sizes };
}

function openVerification(
  { verify, dryRun, ledger, clock, source, draining, signal }: PassWithLedger,
  { remote, gate, tally }: Pick<PassParts, 'remote' | 'gate' | 'tally'>,
): Verification | undefined {
  if (verify === undefined || dryRun) return undefined;
  tally.verified = 0;
  return new Verification({
    files: verify,
    remote,
    ledger,
    gate,
    clock,
    stopped: () => draining.aborted || signal.aborted,
    onEqual: () => {
      tally.verified = (tally.verified ?? 0) + 1;
    },
    onProblem: tally.problem,
    digestOf: (entry) => digestOfSource(entry, { source, signal }),
  });
}

/** A reading takes a request, and waits for one or two looks that it shares with others: so many keep all lanes busy. */
const READINGS_A_LANE = 6;

/** How many files are read ahead: as many as may be sent, or as keep the gate of the source busy, where it has one. */
const readingLanes = ({ sourceGate }: PassOptions, gate: Lanes): Pick<Lanes, 'lanes'> =>
  sourceGate === undefined
    ? gate
    : {
        get lanes() {
          return sourceGate.lanes * READINGS_A_LANE;
        },
      };

/** The traits that a destination tells are known from the start; the others are learnt by a refusal. */
function learntFrom({ overwrites, movesFolders }: DestinationTraits): Learnt {
  const learnt = new Learnt();
  learnt.refusesOverwrite = overwrites === false;
  learnt.refusesFolderMoves = movesFolders === false;
  return learnt;
}

/** Whether files may be under other names than their paths. */
export const mayBeNamed = ({ ledger, load }: PassWithLedger): boolean =>
  ledger.names.any || load?.reload === 'new-name';

/** Where they may, the rest of the pass speaks of paths. */
function byPaths(pass: PassWithLedger): Destination {
  const destination = inBandwidth(pass);
  return mayBeNamed(pass) ? new TranslatedDestination(destination, pass.ledger.names) : destination;
}

const inBandwidth = ({ destination, maxBytesPerSecond, clock }: PassOptions): Destination =>
  maxBytesPerSecond === undefined
    ? destination
    : limited(destination, new OwnBandwidth(clock, maxBytesPerSecond));

/** Whether something that was begun, and is not settled yet, waits at a hidden name or below it. */
const isOfIntent = (ledger: Ledger, path: RelPath): boolean =>
  ledger
    .intents()
    .some(({ via, aside }) => via?.startsWith(path) === true || aside?.startsWith(path) === true);
