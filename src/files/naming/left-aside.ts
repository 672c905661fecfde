import type { Problem } from '../../model/entry.ts';
import { nothingAtAddress } from '../../model/errors.ts';
import { nameOf, type RelPath } from '../../model/path.ts';
import type { Remote } from '../../remote/remote.ts';
import { waysOut } from './next-command.ts';
import type { ListedOnce } from './named-things.ts';

/** A name that a run gave to something which was to be moved, replaced or removed. */
const ASIDE = /^\.stagesync-[0-9a-z]{8,9}-[0-9a-f]{12}-\d+-(?:old|moved|gone)-/;

/** What a run that was cut off may have left of a path, under a hidden name at the top; one request for all paths. */
export async function leftAsideAs(listed: ListedOnce, path: RelPath): Promise<RelPath | undefined> {
  for (const { kind, name } of (await listed.list('')) ?? []) {
    const old = ASIDE.exec(name)?.[0];
    if (old !== undefined && name.slice(old.length) === nameOf(path))
      return kind === 'folder' ? `${name}/` : name;
  }
  return undefined;
}

export const nothingAt = (remote: Remote, path: RelPath, aside: RelPath | undefined): Problem => ({
  code: 'stage_not_found',
  severity: 'failure',
  message:
    aside === undefined
      ? nothingAtAddress(remote.address + path)
      : `${nothingAtAddress(remote.address + path)}, but ${aside} at its top, where a run that is under way, or was cut off, may have put it: ${waysOut(remote, { path, via: aside })}`,
});
