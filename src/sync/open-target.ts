import type { DestinationWords } from '../model/destination-words.ts';
import { childrenNamed } from '../model/children.ts';
import type { Children } from '../model/children.ts';
import { SyncError } from '../model/errors.ts';
import { foldersOf } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import type { Remote } from '../remote/remote.ts';

/** The target folder as the pass finds it. */
export interface Target {
  /** Whether the destination was asked; otherwise the ledger's word is taken. */
  readonly listed: boolean;
  readonly children: Children;
  /** The target folder and those above it, as far as they do not exist; full paths, outermost first. */
  readonly missing: readonly RelPath[];
}

const isFile = (folder: RelPath, { at }: DestinationWords): SyncError =>
  new SyncError(
    'destination_taken',
    `DEST cannot be a folder: ${JSON.stringify(folder.slice(0, -1))} is a file ${at}; name a folder, or move the file away`,
    { verdict: 'end_run', fact: 'taken' },
  );

/**
 * Lists the target folder. Where there is none, the folders above it are listed from the top until one is missing:
 * that also tells a missing folder from a deployment that does not exist, or from a file of that name, which reject.
 */
export async function openTarget(remote: Remote): Promise<Target> {
  const children = await remote.list(remote.root);
  if (children !== undefined) return { listed: true, children, missing: [] };
  const folders = foldersOf(remote.root);
  let above: RelPath = '';
  for (const [index, folder] of folders.entries()) {
    const listed = await remote.list(above);
    const name = folder.slice(above.length, -1);
    const there = listed === undefined ? [] : childrenNamed(listed, name);
    if (there.some(({ kind }) => kind === 'file')) throw isFile(folder, remote.words);
    if (!there.some(({ kind }) => kind === 'folder')) {
      return { listed: true, children: [], missing: folders.slice(index) };
    }
    above = folder;
  }
  return { listed: true, children: [], missing: folders.slice(-1) };
}
