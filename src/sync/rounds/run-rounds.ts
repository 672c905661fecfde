import type { DestinationWords } from '../../model/destination-words.ts';
import type { Problem } from '../../model/entry.ts';
import { SyncError } from '../../model/errors.ts';
import { recoverIntents } from '../execute/recovery/recover.ts';
import { sweepTrash } from '../execute/trash/sweep-trash.ts';
import { ORIGIN_UNKNOWN } from '../ledger/database/schema.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PassOptions } from '../pass-options.ts';
import type { PassParts, PassWithLedger } from '../pass-parts.ts';
import type { Tally } from '../tally.ts';
import { Round } from './round.ts';

/**
 * The most rounds of one pass. Where something was not as planned (a folder that cannot be moved, a name that others
 * took), the next round looks at both ends again and plans the rest with what was learnt.
 */
const MOST_ROUNDS = 4;

/** What the rounds found. */
export interface Standing {
  /** Files that needed nothing. */
  unchanged: number;
  /** Files that needed only a row in the ledger. */
  adopted: number;
  /** Files of the source that can be synced, as the last round saw them. */
  inSource: number;
}

/** Looks at both ends and does what follows, until nothing was otherwise than planned; then what comes last. */
export async function runRounds(pass: PassWithLedger, parts: PassParts, standing: Standing): Promise<void> {
  const { ledger, draining, dryRun } = pass;
  const { tally, learnt, leftovers } = parts;
  if (!dryRun) tellUnknownOrigins(ledger, tally);
  await refuseMarkerOfSource(pass);
  for (;;) {
    learnt.isLastRound = dryRun || tally.round === MOST_ROUNDS;
    learnt.listsEverything = !pass.trustLedger && pass.scope === undefined;
    if (!dryRun) await recover(pass, parts);
    if (tally.round === 1) await parts.loads?.begin();
    const round = new Round(pass, parts);
    try {
      await round.run();
    } finally {
      if (tally.round === 1) standing.unchanged = round.counts.unchanged;
      standing.adopted += round.counts.adopted;
      standing.inSource = round.counts.inSource;
    }
    const again = learnt.takeAgain();
    if (!again || draining.aborted) break;
    if (learnt.isLastRound) {
      tally.problem('', undone(pass.destination.words));
      break;
    }
    tally.round++;
  }
  await parts.overtaking?.close();
  // what this run can settle must not wait under a hidden name for the next run
  if (!dryRun && !draining.aborted && ledger.intents().length > 0) await recover(pass, parts);
  await parts.verification?.finish();
  if (!draining.aborted) await parts.loads?.finish();
  await sweep(pass, parts);
  // a pass over some folders does not see what of the others is wanted
  if (!dryRun && !draining.aborted && pass.scope === undefined) await parts.remote.sweepPartial();
  await leftovers.settle(dryRun);
  if (!draining.aborted) await parts.loads?.waitLoaded();
}

/** Passes over some folders leave the trash to one that looks at everything. */
async function sweep({ clock, draining, scope }: PassWithLedger, parts: PassParts): Promise<void> {
  const { trashSizes, remote, learnt, tally } = parts;
  const nowMs = clock.now();
  if (trashSizes === undefined || draining.aborted || scope !== undefined || !trashSizes.isSweepDue(nowMs))
    return;
  const there = await sweepTrash({
    remote,
    learnt,
    nowMs,
    onSwept: (path) =>
      tally.emit({ type: 'action', kind: 'remove', path, reason: 'expired', ms: 0, outcome: 'done' }),
    onProblem: tally.problem,
  });
  trashSizes.swept(nowMs, there);
}

async function recover({ ledger }: PassWithLedger, parts: PassParts): Promise<void> {
  // an intent of what is under way is not in doubt
  await parts.overtaking?.rest();
  await recoverIntents({
    remote: parts.remote,
    ledger,
    learnt: parts.learnt,
    trash: parts.trash,
    filter: parts.destinationFilter,
    gate: parts.gate,
    times: parts.times,
    onProblem: parts.tally.problem,
  });
}

const undone = ({ at, name }: DestinationWords): Problem => ({
  code: 'undone',
  severity: 'failure',
  message: `some of it could not be done as planned, again and again: others changed it ${at} meanwhile, or ${name} refused it; the next run goes on from here`,
});

/** The marker would take the place of a file that is to be synced. */
async function refuseMarkerOfSource(pass: PassOptions): Promise<void> {
  const { marker, source, destination, filter, signal } = pass;
  if (marker === undefined || source.stat === undefined || filter.excludes(marker)) return;
  if ((await source.stat(marker, { signal })) === undefined) return;
  throw new SyncError(
    'usage',
    `--marker ${JSON.stringify(marker)} is the name of a file in the source, which the marker would replace ${destination.words.at}; give it another name, or exclude the file`,
    { verdict: 'end_run' },
  );
}

/** Tells once, after an upgrade, how many files have no known origin. */
function tellUnknownOrigins(ledger: Ledger, tally: Tally): void {
  const count = ledger.recall(ORIGIN_UNKNOWN);
  if (count === undefined) return;
  tally.problem('', {
    code: 'origin_unknown',
    severity: 'warning',
    message: `an earlier release did not record whether it had put ${count} of the files there or found them; they count as found, so that --delete does not remove them and renames upload them anew (--compare content makes equal ones ours)`,
  });
  ledger.remember(ORIGIN_UNKNOWN, undefined);
}
