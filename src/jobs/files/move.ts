import type { FilesResult } from '../../files/file-changes.ts';
import type { FileEventListener } from '../../files/file-events.ts';
import { moveFiles } from '../../files/move/move-files.ts';
import { isReservedName } from '../../model/path.ts';
import type { Address } from '../addresses.ts';
import type { Surroundings } from '../surroundings.ts';
import { surroundingsFor, type CallOptions } from '../sync.ts';
import { usageError } from '../usage-errors.ts';
import { changeStage, type ChangePace, type StageChange } from './change-stage.ts';
import { stagePaths } from './stage-paths.ts';

export interface MoveSettings extends ChangePace {
  /** What moves: addresses on one Stage. In a text, `*`, `?`, `[…]`, `{a,b}` and `**` stand for names. */
  readonly from: string | Address | readonly (string | Address)[];
  /**
   * The new name, on the same Stage; or a folder that takes what moves under its own name: one that is there, or an address
   * that ends in '/', which is made where it is missing.
   */
  readonly to: string | Address;
  /** A file may take the place of another one. Default: false. */
  readonly overwrite?: boolean | undefined;
  /** A folder joins one of its new name: what is in it moves there, name by name. Default: false. */
  readonly merge?: boolean | undefined;
  /** Hidden names of stagesync may move, as a run that was cut off leaves them. Default: false. */
  readonly hidden?: boolean | undefined;
}

/** The parts of a sync's surroundings that only a sync would need are left out. */
export interface MoveOptions
  extends
    MoveSettings,
    Pick<CallOptions, 'authority' | 'environment' | 'folder' | 'dryRun' | 'draining' | 'signal'> {
  /** Hears of all that happens, the report last. */
  readonly onEvent?: FileEventListener | undefined;
}

/**
 * Moves files and folders within a Stage, none over what is there unless that is asked for. Resolves with a report, also
 * where something ended it early. Rejects with a SyncError where the Stage cannot be opened, or an address is not one.
 */
export function move(options: MoveOptions): Promise<FilesResult> {
  const { authority, environment, folder, dryRun, draining, signal, ...run } = options;
  return runMove(run, surroundingsFor({ authority, environment, folder, dryRun, draining, signal }));
}

/** The same in surroundings that are known. */
export async function runMove(
  run: MoveSettings & Pick<MoveOptions, 'onEvent'> & Pick<StageChange, 'onSeen'>,
  around: Surroundings,
): Promise<FilesResult> {
  const { from, to, overwrite = false, merge = false, hidden = false, onEvent = () => undefined } = run;
  const sources = Array.isArray(from) ? (from as readonly (string | Address)[]) : [from as string | Address];
  const { stage, paths } = stagePaths([...sources, to], around, {
    role: 'ADDRESS',
    does: 'mv moves',
    elsewhere: 'cp copies between places, and then rm removes',
    across: 'copy with cp and then remove with rm',
    hidden,
  });
  const [target, ...names] = [paths.at(-1)!, ...paths.slice(0, -1)];
  if (names.includes('')) throw usageError('the whole Stage cannot move: name what is to');
  if (isReservedName(target))
    throw usageError('DEST is a hidden name of stagesync, which others would not find: name another');
  return changeStage(around, { ...run, stage, onEvent }, (parts) =>
    moveFiles(parts, { sources: names, target, overwrite, merge }),
  );
}
