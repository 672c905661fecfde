import { openFileLimit } from '../../disk/open-files.ts';
import { changeFiles, type FileParts, type FilesResult } from '../../files/file-changes.ts';
import type { FileEventListener } from '../../files/file-events.ts';
import { mostLanesOf, mostLanesWithin, type Concurrency } from '../../remote/gate/lanes.ts';
import { systemClock } from '../../sync/clock.ts';
import { PASS_DEFAULTS } from '../../sync/pass-defaults.ts';
import type { StageAddress } from '../addresses.ts';
import { openStage } from '../ends/open-stage.ts';
import type { Surroundings } from '../surroundings.ts';

/** How fast requests go. */
export interface ChangePace {
  /** Stage requests at the same time. Default: 'auto'. */
  readonly concurrency?: Concurrency | undefined;
  readonly maxRequestsPerSecond?: number | undefined;
  /** Milliseconds. See --max-wait. */
  readonly maxWaitMs?: number | undefined;
}

export interface StageChange extends ChangePace {
  readonly stage: StageAddress;
  readonly onEvent: FileEventListener;
  /** See FileChangesOptions. */
  readonly onSeen?: ((many: number) => void) | undefined;
}

/** Opens a Stage, and does some work on its files through the gate. Rejects where the Stage cannot be opened. */
export async function changeStage(
  around: Surroundings,
  change: StageChange,
  work: (parts: FileParts) => Promise<void>,
): Promise<FilesResult> {
  const { stage: address, onEvent, onSeen, maxRequestsPerSecond } = change;
  const { concurrency = 'auto', maxWaitMs = PASS_DEFAULTS.maxWaitMs } = change;
  const mostLanes = mostLanesWithin(openFileLimit());
  const connections = mostLanesOf(concurrency, mostLanes);
  const { destination, gate } = await openStage(around, {
    address,
    root: '',
    concurrency: connections,
    maxWaitMs,
  });
  // a small heap costs time while modules are being loaded, so not earlier
  around.keepHeapSmall?.();
  try {
    const { draining, signal, dryRun } = around;
    return await changeFiles(
      {
        destination: around.observed?.(destination) ?? destination,
        gate,
        clock: systemClock,
        concurrency,
        mostLanes,
        attempts: PASS_DEFAULTS.attempts,
        maxRequestsPerSecond,
        maxWaitMs,
        maxWaitFlag: '--max-wait',
        draining,
        // there is nothing in flight to be finished: the first signal ends a dry run
        signal: dryRun ? draining : signal,
        dryRun,
        onEvent,
        onSeen,
      },
      work,
    );
  } finally {
    await destination.close();
  }
}
