import { isSyncError } from '../../model/errors.ts';
import { putBackFolder } from '../../sync/execute/moves/put-back.ts';
import type { RelPath } from '../../model/path.ts';
import type { FileParts } from '../file-changes.ts';
import { messageBefore, waysOut, type Aside } from '../naming/next-command.ts';

/**
 * Moves a folder to a hidden name. Where the reply is lost, the hidden name tells whether it went: the old one may be there
 * again, made by others. Where that cannot be told either, it is told where the folder may be. Rejects as a move does.
 */
export async function moveAside({ remote, tasks, tally }: FileParts, { path, via }: Aside): Promise<void> {
  try {
    await remote.move(path, via, { begins: true });
  } catch (error) {
    // a stop at once leaves a request open, too
    const isOpen = isSyncError(error) && (error.inDoubt || error.code === 'interrupted');
    if (!isOpen || tasks.notBegun(error)) throw error;
    const went = await remote.exists(via).catch(() => undefined);
    if (went === true) return;
    if (went === undefined)
      tally.problem(path, {
        code: 'left_aside',
        severity: 'failure',
        message: `may be at ${via}: ${waysOut(remote, { path, via })}`,
      });
    throw error;
  }
}

/**
 * Does something to a folder that waits under a hidden name. Where that fails, the folder gets its name back, or it is told
 * where it is; resolves with 'failed' then, unless nothing can go on.
 */
export async function whileAside<T>(
  parts: FileParts,
  folder: Aside,
  work: () => Promise<T>,
): Promise<T | 'failed'> {
  try {
    return await work();
  } catch (error) {
    const message = `${messageBefore(error)}; ${await whereItIs(parts, folder)}`;
    parts.tally.problem(folder.path, { code: 'left_aside', severity: 'failure', message });
    if (!isSyncError(error) || error.verdict === 'end_run') throw error;
    return 'failed';
  }
}

/** Tells of files that could not go back from a hidden folder, for their names were taken again. */
export function tellLeft(
  { remote, tally }: FileParts,
  { path, via }: Aside,
  left: readonly RelPath[] = [],
): void {
  const [first] = left;
  if (first === undefined) return;
  const more = left.length > 1 ? ` and ${left.length - 1} more` : '';
  tally.problem(path, {
    code: 'left_aside',
    severity: 'failure',
    message: `others took the name of ${first}${more} while the folder was under a hidden name; what had the name before is in ${via}: ${waysOut(remote, { path: path + first, via: via + first })}`,
  });
}

async function whereItIs(parts: FileParts, { path, via }: Aside): Promise<string> {
  const { remote } = parts;
  try {
    if (!(await remote.exists(via))) return `nothing of it is seen at ${via} now: look there again`;
    tellLeft(parts, { path, via }, (await putBackFolder(remote, via, path))?.left);
    return 'what is left of it is at its place again';
  } catch {
    return `what is left of it is at ${via}: ${waysOut(remote, { path, via })}`;
  }
}
