import { attempt, type FilesResult } from '../../files/file-changes.ts';
import type { FileEventListener } from '../../files/file-events.ts';
import { makeFolder } from '../../files/folders/make-folders.ts';
import { folderPath } from '../addresses.ts';
import type { Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-errors.ts';
import { changeStage, type ChangePace } from './change-stage.ts';
import { stagePaths } from './stage-paths.ts';

export interface MakeFoldersRun extends ChangePace {
  /** Addresses on one Stage. */
  readonly what: readonly string[];
  /** The folders above are made too, and a folder that is there already is no failure. */
  readonly parents: boolean;
  readonly onEvent: FileEventListener;
}

/** Makes folders, one after the other. Resolves with a report; rejects as `remove` does. */
export async function runMakeFolders(
  { what, parents, ...run }: MakeFoldersRun,
  around: Surroundings,
): Promise<FilesResult> {
  const { stage, paths } = stagePaths(what, around, {
    role: 'ADDRESS',
    does: 'mkdir makes folders',
    elsewhere: 'use the mkdir of the system for a directory; a bucket has no folders',
    hidden: false,
  });
  if (paths.includes('') && !parents) throw usageError('the top of a Stage is there already');
  const folders = paths.filter((path) => path !== '').map((path) => folderPath({ ...stage, path }));
  return changeStage(around, { ...run, stage }, async (parts) => {
    for (const folder of folders) {
      if (parts.tasks.stopped) return;
      await attempt(parts, folder, () => makeFolder(parts, folder, { parents }));
    }
  });
}
