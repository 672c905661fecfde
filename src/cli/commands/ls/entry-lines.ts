import type { ShownEntry } from '../../../jobs/ends/list-place.ts';
import { nameOf } from '../../../model/path.ts';
import { printable } from '../../../model/printable.ts';
import { bytes } from '../../output/quantities.ts';
import { shownTime } from '../../output/times.ts';

export interface EntryLinesOptions {
  readonly json?: true | undefined;
  /** Whether only names are shown, indented by their depth. */
  readonly isTree: boolean;
  /** Whether sizes are rounded. */
  readonly forPeople: boolean;
  /** A person reads local times there. */
  readonly isTerminal: boolean;
}

export type Listed = Exclude<ShownEntry, { kind: 'unknown' }>;

/** Makes the line of one entry. */
export function entryLines({
  json,
  isTree,
  forPeople,
  isTerminal,
}: EntryLinesOptions): (entry: Listed) => string {
  if (json === true) return jsonLine;
  const nameIn = isTree ? indented : ({ path }: Listed) => path;
  return (entry) => {
    const isFile = entry.kind === 'file';
    const size = !isFile ? '-' : forPeople ? bytes(entry.size) : String(entry.size);
    const modifiedMs = isFile ? entry.modifiedMs : undefined;
    const time = modifiedMs === undefined ? '-' : shownTime(modifiedMs, { isTerminal });
    return `${size.padStart(12)}  ${time.padEnd(isTerminal ? 19 : 24)}  ${printable(nameIn(entry))}`;
  };
}

/** Milliseconds since 1970, as ISO 8601. */
export const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

const indented = ({ path }: Listed): string => {
  const isFolder = path.endsWith('/');
  const depth = path.split('/').length - (isFolder ? 2 : 1);
  return `${'  '.repeat(depth)}${nameOf(path)}${isFolder ? '/' : ''}`;
};

const jsonLine = (entry: Listed): string =>
  JSON.stringify(
    entry.kind === 'file'
      ? { kind: 'file', path: entry.path, size: entry.size, modified: iso(entry.modifiedMs) ?? null }
      : { kind: 'folder', path: entry.path },
  );
