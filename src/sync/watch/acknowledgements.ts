import { isWithin } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';

/** A hint's promise: `settled` is called once nothing of what it named is left to do. */
export interface Acknowledgement {
  readonly folders: ReadonlySet<RelPath> | 'everything';
  readonly settled: () => void;
}

/**
 * After a pass: settles the debts of which nothing is left, and divides the others among the later looks that they wait
 * for, each given by the paths it is for. A debt that waits for several is settled by the last of them.
 */
export function divideAcknowledgements(
  debts: readonly Acknowledgement[],
  ...later: readonly (readonly RelPath[])[]
): Acknowledgement[][] {
  const divided: Acknowledgement[][] = later.map(() => []);
  for (const debt of debts) {
    const parts = later.map((paths) => openIn(debt, paths));
    let open = parts.filter((part) => part !== undefined).length;
    if (open === 0) debt.settled();
    const settled = (): void => {
      if (--open === 0) debt.settled();
    };
    for (const [index, folders] of parts.entries())
      if (folders !== undefined) divided[index]!.push({ folders, settled });
  }
  return divided;
}

/** What of a debt is about one of these paths: a path in its folder, or a folder that holds it and is itself open. */
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
