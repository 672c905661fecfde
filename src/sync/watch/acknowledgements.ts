import { isWithin } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';

/** Tells the giver of a hint that it is done with: `settled` is called once nothing that the hint named is left to do. */
export interface Acknowledgement {
  readonly folders: ReadonlySet<RelPath> | 'everything';
  readonly settled: () => void;
}

/**
 * After a pass: settles the acknowledgements for which nothing is left to do, and divides the others among the later
 * looks that they wait for. Each later look is given by the paths that it is for. An acknowledgement that waits for
 * several looks is settled by the last of them.
 */
export function divideAcknowledgements(
  acknowledgements: readonly Acknowledgement[],
  ...later: readonly (readonly RelPath[])[]
): Acknowledgement[][] {
  const divided: Acknowledgement[][] = later.map(() => []);
  for (const acknowledgement of acknowledgements) {
    const parts = later.map((paths) => openIn(acknowledgement, paths));
    let open = parts.filter((part) => part !== undefined).length;
    if (open === 0) acknowledgement.settled();
    const settled = (): void => {
      if (--open === 0) acknowledgement.settled();
    };
    for (const [index, folders] of parts.entries())
      if (folders !== undefined) divided[index]!.push({ folders, settled });
  }
  return divided;
}

/** The folders of the hint for which one of these paths is left: a path in the folder, or an open folder around it. */
function openIn(
  { folders }: Acknowledgement,
  paths: readonly RelPath[],
): Acknowledgement['folders'] | undefined {
  if (paths.length === 0) return undefined;
  if (folders === 'everything') return folders;
  const open = [...folders].filter((folder) =>
    paths.some(
      (path) => path === '' || isWithin(path, folder) || (path.endsWith('/') && isWithin(folder, path)),
    ),
  );
  return open.length === 0 ? undefined : new Set(open);
}
