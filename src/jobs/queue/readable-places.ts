import { realpathSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { CannotServe } from '../../cluster/queue/bull/refusal.ts';
import type { FileEntry } from '../../model/entry.ts';
import { SyncError } from '../../model/errors.ts';
import type { Source } from '../../model/ports.ts';

/**
 * Throws CannotServe where a directory is below none of those that this worker may read, wherever links on the way lead: a queue that somebody else
 * can write to must not make a worker read any file that it can.
 */
export function checkBelow(root: string, allowed: readonly string[]): void {
  if (isAbsolute(root) && isBelow(root, allowed)) return;
  throw new CannotServe(
    allowed.length === 0
      ? `it reads no directories, and ${root} is one: start it with --local DIR, where DIR holds the same files`
      : `${root} is below none of the directories that it may read (--local), or not there`,
  );
}

/** The same source; where it follows links, only to what is below the allowed directories. */
export function withinAllowed(source: Source, root: string, allowed: readonly string[]): Source {
  const check = ({ path }: FileEntry): void => {
    if (isBelow(join(root, path), allowed)) return;
    throw new SyncError(
      'entry_unreadable',
      (name) => `${name} leads out of the directories that this worker may read (--local), or to nothing`,
      { verdict: 'skip_entry', fact: 'unreadable', operation: 'read', path, details: { path } },
    );
  };
  return {
    ...source,
    async read(entry, call) {
      check(entry);
      return source.read(entry, call);
    },
    async check(entry, call) {
      check(entry);
      await source.check?.(entry, call);
    },
  };
}

function isBelow(place: string, allowed: readonly string[]): boolean {
  const real = realOf(place);
  return (
    real !== undefined && allowed.map(realOf).some((folder) => folder !== undefined && holds(folder, real))
  );
}

const holds = (folder: string, place: string): boolean =>
  place === folder || place.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Undefined where there is nothing. */
function realOf(place: string): string | undefined {
  try {
    return realpathSync(place);
  } catch {
    return undefined;
  }
}
