import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyncError } from '../model/errors.ts';
import { emptyReport, type Report } from '../model/events.ts';
import type { Source, Destination } from '../model/ports.ts';
import type { RunCause } from '../model/run.ts';
import { systemClock } from '../sync/clock.ts';
import { openDryRunLedger } from '../sync/ledger/dry-run-ledger.ts';
import type { Ledger } from '../sync/ledger/ledger.ts';
import { openLedger, type LedgerOptions } from '../sync/ledger/open-ledger.ts';
import type { PassResult } from '../sync/pass-options.ts';
import type { JobEnds } from './check-job.ts';
import type { CopyStore } from './ledger-copy/copy-store.ts';
import type { Authority } from './authority.ts';
import type { Surroundings } from './surroundings.ts';

/** The ledger of an open job. */
export interface JobLedger {
  readonly ledger: Ledger;
  /**
   * Runs a pass that works on the ledger, while that is this run's to change. `pass` gets the signal to drain by. Where the ledger
   * travels, it is put back after the pass; what keeps it from that ends the run.
   */
  readonly during: (
    use: PassUse,
    pass: (draining: AbortSignal) => Promise<PassResult>,
  ) => Promise<PassResult>;
}

interface PassUse {
  readonly cause: RunCause | undefined;
  readonly draining: AbortSignal;
}

interface Opening {
  readonly ends: JobEnds;
  readonly labels: { readonly source: Source; readonly destination: Destination };
  readonly authority: Authority;
  readonly around: Surroundings;
}

/** `opened` closes it, and puts it back where it travels and was not put back before. Rejects as openLedger and the store do. */
export async function openJobLedger(opened: AsyncDisposableStack, opening: Opening): Promise<JobLedger> {
  const options = ledgerOptions(opening);
  const { around, authority, ends } = opening;
  if (around.ledgerCopy === undefined) {
    const ledger = (around.dryRun ? openDryRunLedger : openLedger)(options);
    opened.defer(() => ledger.close());
    return { ledger, during: ({ draining }, pass) => pass(draining) };
  }
  const [{ openCopyStore }, { termOf }] = await Promise.all([
    import('./ledger-copy/open-store.ts'),
    import('./ledger-copy/term.ts'),
  ]);
  const store = await openCopyStore({
    address: around.ledgerCopy,
    folder: around.folder,
    s3: authority.s3,
    environment: around.environment,
    source: ends.from,
    term: termOf(around.fence),
  });
  opened.defer(() => store.close());
  return around.dryRun ? openFetched(opened, store, options) : openTravelling(opened, store, options);
}

/** A dry run reads the ledger that a run would fetch, in a folder of its own, and takes no lease. */
async function openFetched(
  opened: AsyncDisposableStack,
  store: CopyStore,
  options: LedgerOptions,
): Promise<JobLedger> {
  const { fetchToLook } = await import('./ledger-copy/travelling-ledger.ts');
  const into = await mkdtemp(join(tmpdir(), 'stagesync-ledger-'));
  opened.defer(() => rm(into, { recursive: true, force: true }));
  const folder = await fetchToLook(store, { into, here: options.folder }, options);
  const ledger = openDryRunLedger({ ...options, folder });
  opened.defer(() => ledger.close());
  return { ledger, during: ({ draining }, pass) => pass(draining) };
}

/** A watch puts its ledger back this often at most, in milliseconds, and when it ends. */
const SAVED_EVERY_MS = 300_000;

async function openTravelling(
  opened: AsyncDisposableStack,
  store: CopyStore,
  options: LedgerOptions,
): Promise<JobLedger> {
  const { openTravellingLedger } = await import('./ledger-copy/travelling-ledger.ts');
  const copy = await openTravellingLedger({ store, clock: systemClock, ledger: options });
  opened.defer(() => copy.ledger.close());
  opened.defer(() => copy.release());
  let isUnsaved = false;
  let savedMs = systemClock.elapsed();
  const save = async (): Promise<SyncError | undefined> => {
    const failed = await copy.save();
    savedMs = systemClock.elapsed();
    isUnsaved &&= failed !== undefined;
    return failed;
  };
  opened.defer(async () => {
    const failed = isUnsaved && !copy.lost.aborted ? await save() : undefined;
    if (failed !== undefined) throw failed;
  });
  return {
    ledger: copy.ledger,
    during: async ({ cause, draining }, pass) => {
      if (copy.lost.aborted) return refusedBy(copy.lost.reason as SyncError);
      const result = await pass(AbortSignal.any([draining, copy.lost]));
      if (copy.lost.aborted) return endedBy(copy.lost.reason as SyncError, result);
      const isPass = cause === 'watch' || cause === 'full';
      isUnsaved ||= !isPass || changedSomething(result.report);
      const isTime = !isPass || systemClock.elapsed() - savedMs >= SAVED_EVERY_MS;
      const failed = isUnsaved && isTime ? await save() : undefined;
      return failed === undefined ? result : endedBy(failed, result);
    },
  };
}

const ledgerOptions = ({ ends, labels, around }: Opening): LedgerOptions => ({
  folder: around.environment.stateFolder,
  source: labels.source.label,
  // 0.1 named a pair by the path as it was typed
  formerSource: ends.from.kind === 'local' ? ends.from.typed : undefined,
  destination: labels.destination.label,
  command: around.command,
  pid: around.pid,
  fence: around.fence,
});

const changedSomething = (report: Report): boolean =>
  report.uploaded +
    report.moved +
    report.removed +
    report.adopted +
    report.foldersCreated +
    report.foldersRemoved +
    report.failed >
  0;

/** The result of a pass that was not begun. */
const refusedBy = (error: SyncError): PassResult => ({
  report: emptyReport('refused'),
  error,
  unsettled: { changing: [], failed: [] },
});

/** A pass whose ledger could not be put back. What ended it itself matters more, unless that is only that it was stopped for this. */
function endedBy(error: SyncError, result: PassResult): PassResult {
  const own = result.error?.code === 'interrupted' ? undefined : result.error;
  if (own !== undefined) return result;
  return { ...result, error, report: { ...result.report, outcome: 'failures' } };
}
