import type { FilesResult } from '../../files/file-changes.ts';
import type { FileEventListener } from '../../files/file-events.ts';
import { planRemoval } from '../../files/remove/plan-removal.ts';
import { RemovalPlan, type Totals } from '../../files/remove/removal-plan.ts';
import { removePlanned, tellPlanned } from '../../files/remove/removals.ts';
import type { Address } from '../addresses.ts';
import type { Surroundings } from '../surroundings.ts';
import { surroundingsFor, type CallOptions } from '../sync.ts';
import { usageError } from '../usage-errors.ts';
import { changeStage, type ChangePace, type StageChange } from './change-stage.ts';
import { stagePaths } from './stage-paths.ts';

export interface RemoveSettings extends ChangePace {
  /** What is removed: addresses on one Stage. In a text, `*`, `?`, `[…]` and `**` stand for names. */
  readonly what: string | Address | readonly (string | Address)[];
  /** Folders go too, with all that is in them. Default: false. */
  readonly recursive?: boolean | undefined;
  /** What is not there is no failure. Default: false. */
  readonly ifExists?: boolean | undefined;
  /** Hidden names of stagesync may be named, as a run that was cut off leaves them. Default: false. */
  readonly hidden?: boolean | undefined;
}

/** The parts of a sync's surroundings that only a sync would need are left out. */
export interface RemoveOptions
  extends
    RemoveSettings,
    Pick<CallOptions, 'authority' | 'environment' | 'folder' | 'dryRun' | 'draining' | 'signal'> {
  /** Hears of all that happens, the report last. */
  readonly onEvent?: FileEventListener | undefined;
  /** Called once it is known what would go, before the first change. Where it rejects, nothing is removed. */
  readonly confirm?: ((totals: Totals) => Promise<void>) | undefined;
}

/**
 * Removes files and folders of a Stage, each where a fresh look shows it as it was seen first. Resolves with a report, also
 * where something ended it early. Rejects with a SyncError where the Stage cannot be opened, or an address is not one.
 */
export function remove(options: RemoveOptions): Promise<FilesResult> {
  const { authority, environment, folder, dryRun, draining, signal, ...run } = options;
  return runRemove(run, surroundingsFor({ authority, environment, folder, dryRun, draining, signal }));
}

/** The same in surroundings that are known. */
export async function runRemove(
  run: RemoveSettings & Pick<RemoveOptions, 'onEvent' | 'confirm'> & Pick<StageChange, 'onSeen'>,
  around: Surroundings,
): Promise<FilesResult> {
  const { what, recursive = false, ifExists = false, hidden = false, onEvent = () => undefined } = run;
  const addresses = Array.isArray(what)
    ? (what as readonly (string | Address)[])
    : [what as string | Address];
  const { stage, paths } = stagePaths(addresses, around, {
    role: 'ADDRESS',
    does: 'rm removes',
    elsewhere: 'use the rm of the system for a directory, and a tool of AWS for a bucket',
    hidden,
  });
  if (paths.includes(''))
    throw usageError(
      'ADDRESS is the whole Stage, which is never removed: name what is to go, or write "*" after the slash for all that is at its top',
    );
  using plan = new RemovalPlan();
  return await changeStage(around, { ...run, stage, onEvent }, async (parts) => {
    await planRemoval(parts, plan, paths, { recursive, ifExists });
    if (parts.tasks.stopped) return;
    if (around.dryRun) return tellPlanned(parts, plan);
    await run.confirm?.(plan.totals);
    await removePlanned(parts, plan);
  });
}
