import type { FilesResult } from '../../files/file-changes.ts';
import type { FileEventListener } from '../../files/file-events.ts';
import { emptyTrash, type EmptyOptions } from '../../files/trash/empty-trash.ts';
import { restoreTrash } from '../../files/trash/restore-trash.ts';
import { meantBy, sizeOf, trashEntries, type TrashEntry } from '../../files/trash/trash-contents.ts';
import type { Surroundings } from '../surroundings.ts';
import { changeStage, type ChangePace } from './change-stage.ts';
import { stagePaths, type StagePaths } from './stage-paths.ts';

/** A file or folder in the trash, with the size of all in it. */
export interface ShownEntry extends Omit<TrashEntry, 'bytes'> {
  readonly files: number;
  readonly bytes: number;
}

interface TrashUse extends ChangePace {
  readonly onEvent: FileEventListener;
}

const placesOf = (addresses: readonly string[], around: Surroundings): StagePaths =>
  stagePaths(addresses, around, {
    role: 'ADDRESS',
    does: 'trash works',
    elsewhere: 'a directory and a bucket have no trash of stagesync',
    hidden: false,
  });

/** Shows what the trash of a Stage holds of what was at or below an address. Resolves as the commands that change do. */
export function listTrash(
  {
    address,
    show,
    ...use
  }: TrashUse & { readonly address: string; readonly show: (entry: ShownEntry) => void },
  around: Surroundings,
): Promise<FilesResult> {
  const { stage, paths } = placesOf([address], around);
  return changeStage(around, { ...use, stage }, async (parts) => {
    for await (const entry of trashEntries(parts)) {
      if (parts.tasks.stopped) return;
      for (const meant of await meantBy(paths[0] ?? '', entry, parts))
        show({ ...meant, ...(await sizeOf(parts, meant)) });
    }
  });
}

/** Moves what was at these addresses back. */
export function restoreFromTrash(
  { addresses, ...use }: TrashUse & { readonly addresses: readonly string[] },
  around: Surroundings,
): Promise<FilesResult> {
  const { stage, paths } = placesOf(addresses, around);
  return changeStage(around, { ...use, stage }, (parts) => restoreTrash(parts, paths));
}

/** Deletes what is in the trash of a Stage. */
export function emptyTrashOf(
  { address, expired, confirm, ...use }: TrashUse & EmptyOptions & { readonly address: string },
  around: Surroundings,
): Promise<FilesResult> {
  const { stage } = placesOf([address], around);
  return changeStage(around, { ...use, stage }, (parts) => emptyTrash(parts, { expired, confirm }));
}
