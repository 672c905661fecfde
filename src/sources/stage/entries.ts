import type { FileEntry, SourceEntry, UnknownEntry } from '../../model/entry.ts';
import { isReservedName, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { PathFilter } from '../../model/ports.ts';
import type { DestinationEntry } from '../../remote/destination-entry.ts';
import { RESERVED_NAME } from '../reserved-names.ts';

/** Where the other side tells no time, only a change of the size is seen. */
export const versionOf = ({ size, modifiedMs }: ShownVersion): string => `${size}:${modifiedMs ?? ''}`;

export const fileEntry = (path: RelPath, shown: ShownVersion): FileEntry => ({
  kind: 'file',
  path,
  size: shown.size,
  modifiedMs: shown.modifiedMs,
  version: versionOf(shown),
});

/** What a listing of the destination shows, as entries of a source. */
export const sourceEntries = (
  shown: readonly DestinationEntry[],
  filter: PathFilter,
): readonly SourceEntry[] => shown.flatMap((entry) => sourceEntry(entry, filter) ?? []);

function sourceEntry(entry: DestinationEntry, filter: PathFilter): SourceEntry | undefined {
  const { kind, path } = entry;
  if (isReservedName(path)) return reservedEntry(entry, filter);
  if (kind === 'file') return fileEntry(path, entry);
  if (kind === 'folder') return entry.unseen || filter.excludes(path) ? undefined : { kind, path };
  if (kind !== 'unknown') return undefined;
  const { covers, problem, echo } = entry;
  return { kind, path, covers, problem, ...(echo && { echo }) };
}

/** Told once, for the name itself, unless a rule of the user leaves it out. */
function reservedEntry({ kind, path }: DestinationEntry, filter: PathFilter): UnknownEntry | undefined {
  if (isReservedName(parentOf(path)) || filter.rulesOut?.(path) === true) return undefined;
  if (kind === 'unknown' && path.endsWith('/')) return undefined;
  return { kind: 'unknown', path, covers: 'nothing', problem: RESERVED_NAME };
}
