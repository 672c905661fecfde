import { realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * An absolute path with the links on its way resolved, as far as the path exists: the part that does not exist, or
 * cannot be looked at, stays as it is.
 */
export function realPath(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync.native(at), relative(at, path));
    } catch {
      if (at === dirname(at)) return path;
    }
  }
}
