import { isFolderPath, nameOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { shortened } from '../hidden-names.ts';

/**
 * Names in the trash, a hidden folder at the top of the destination. In it is a folder for each time up to which its contents
 * are kept, and in that one name for each file or folder that was removed or replaced. So a change needs one move, and what is
 * too old goes by one request:
 *
 *     .stagesync-trash/until-20261203T100000Z/mi7k2x9c-1a2b3c4d5e6f-1p-target~1sub~1a.csv
 *
 * All that is known of an entry is in its name: when it came there, and its path, with "/" and "~" written as in a JSON
 * pointer. A path that is too long for a name is in a small file beside it.
 */
export const TRASH: RelPath = '.stagesync-trash/';

export const isInTrash = (path: RelPath): boolean => path.startsWith(TRASH);

/** The times at which contents expire are multiples of this part of how long they are kept. */
const PARTS = 10;
const SHORTEST_STEP_MS = 1000;
const LONGEST_STEP_MS = 86_400_000;

/** The folder for what is removed now and is kept for `keepMs`; all in milliseconds, the time since 1970. */
export function periodFor(nowMs: number, keepMs: number): RelPath {
  const stepMs = Math.min(
    LONGEST_STEP_MS,
    Math.max(SHORTEST_STEP_MS, Math.floor(keepMs / PARTS / 1000) * 1000),
  );
  const untilMs = Math.min(LATEST_MS, Math.ceil((nowMs + keepMs) / stepMs) * stepMs);
  const text = new Date(Math.ceil(untilMs / 1000) * 1000).toISOString();
  return `${TRASH}until-${text.replaceAll(/[-:]|\.\d+/g, '')}/`;
}

/** The last second of the year 9999: what is kept for longer is kept until then. */
const LATEST_MS = 253_402_300_799_000;

const PERIOD = /^until-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Up to when a folder of this name keeps its contents, in milliseconds since 1970; undefined for any other name. */
export function keptUntil(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = PERIOD.exec(name) ?? [];
  if (year === undefined) return undefined;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Whether what comes into the folder of a period now, at `nowMs`, is kept there for `keepMs`. */
export function keepsFor(period: RelPath, nowMs: number, keepMs: number): boolean {
  return (keptUntil(nameOf(period)) ?? 0) >= Math.min(LATEST_MS, nowMs + keepMs);
}

/** Bytes of UTF-8 that a path may need in a name. */
const LONGEST_PATH = 180;

export interface NewEntry {
  readonly removedMs: number;
  /** Tells the runs apart that remove something at the same time. */
  readonly run: string;
  /** Counts what a run removes. */
  readonly count: number;
  /** The full path of what is removed; a folder's ends in '/'. */
  readonly path: RelPath;
}

/** The name of an entry, ending in '/' for a folder, and the name of the file beside it that holds a long path. */
export function entryName({ removedMs, run, count, path }: NewEntry): { name: string; pathFile?: string } {
  const end = isFolderPath(path) ? '/' : '';
  // a machine whose clock is far behind still gets names that can be read
  const stem = `${Math.floor(removedMs).toString(36).padStart(8, '0')}-${run}-${count}`;
  const escaped = path
    .slice(0, path.length - end.length)
    .replaceAll('~', '~0')
    .replaceAll('/', '~1');
  if (Buffer.byteLength(escaped) <= LONGEST_PATH) return { name: `${stem}p-${escaped}${end}` };
  return {
    name: `${stem}f-${shortened(nameOf(path)).slice(0, 40).toWellFormed()}${end}`,
    pathFile: `${stem}.path`,
  };
}

/** What a name in the folder of a period tells; `name` ends in '/' for a folder. */
export type NamedEntry =
  | { readonly kind: 'entry'; readonly removedMs: number; readonly path: RelPath }
  /** The path is in the file beside it. */
  | { readonly kind: 'entry'; readonly removedMs: number; readonly pathFile: string }
  | { readonly kind: 'pathFile' }
  /** Put there by others. */
  | { readonly kind: 'foreign' };

const ENTRY = /^((?:([0-9a-z]{8,9})-[0-9a-f]{12}-\d+))(?:([pf])-(.*?)|(\.path))(\/?)$/s;

export function readEntryName(name: string): NamedEntry {
  const [, stem, removed, role, text = '', isPathFile, end = ''] = ENTRY.exec(name) ?? [];
  if (stem === undefined || removed === undefined) return { kind: 'foreign' };
  if (isPathFile !== undefined) return end === '' ? { kind: 'pathFile' } : { kind: 'foreign' };
  const removedMs = Number.parseInt(removed, 36);
  if (role === 'f') return { kind: 'entry', removedMs, pathFile: `${stem}.path` };
  return { kind: 'entry', removedMs, path: text.replaceAll('~1', '/').replaceAll('~0', '~') + end };
}
