import type { PathFilter } from '../model/ports.ts';
import type { RelPath } from '../model/path.ts';

const IGNORE_FILE = '.stagesyncignore';

/**
 * Names that never take part, at either end: our temporary files on Stage (any name that begins with `.stagesync-`,
 * and the top folder `.stagesync/`), and the ignore file at the top.
 */
export function isReserved(path: RelPath): boolean {
  if (!path.includes('.stagesync')) return false;
  return (
    path === IGNORE_FILE ||
    path.startsWith('.stagesync/') ||
    path.startsWith('.stagesync-') ||
    path.includes('/.stagesync-')
  );
}

/** The filter without rules: everything takes part but the reserved names. */
export const everything: PathFilter = { excludes: isReserved, prunes: isReserved };
