import type { RelPath } from '../../model/path.ts';

/** A change that is about to be sent. After a kill the outcome of the change is in doubt. */
export interface Intent {
  /**
   * `folder`: a folder of the target is made. `staging`: the hidden folder `via` is made; it ends when that is removed.
   */
  readonly op: 'put' | 'move' | 'remove' | 'folder' | 'staging';
  readonly path: RelPath;
  readonly to?: RelPath | undefined;
  /**
   * The full path of a hidden name. A put is uploaded there first; a file or folder that moves waits there for its new
   * name; a folder is looked at there before it is deleted.
   */
  readonly via?: RelPath | undefined;
  /** A full path: the file that a put replaces waits there meanwhile. */
  readonly aside?: RelPath | undefined;
  readonly size?: number | undefined;
  readonly version?: string | undefined;
  readonly identity?: string | undefined;
  readonly reason: string;
  /** What was at `path` when the change was planned; undefined size: nothing. */
  readonly beforeSize?: number | undefined;
  readonly beforeModifiedMs?: number | undefined;
  /** The time of the content of a put, in milliseconds. */
  readonly modifiedMs?: number | undefined;
}

export interface StoredIntent extends Intent {
  readonly id: number;
  readonly at: number;
}

export const INTENT_COLUMNS =
  'op, path, to_path, size, version, identity, reason, before_size, before_modified, via, aside, modified, at';

type Stored = string | number | null;

/** The values of INTENT_COLUMNS. */
export const intentValues = (intent: Intent, nowMs: number): Stored[] => [
  intent.op,
  intent.path,
  intent.to ?? null,
  intent.size ?? null,
  intent.version ?? null,
  intent.identity ?? null,
  intent.reason,
  intent.beforeSize ?? null,
  intent.beforeModifiedMs ?? null,
  intent.via ?? null,
  intent.aside ?? null,
  intent.modifiedMs === undefined ? null : Math.trunc(intent.modifiedMs),
  nowMs,
];

export function toIntent(row: Readonly<Record<string, unknown>>): StoredIntent {
  return {
    id: row['id'] as number,
    at: row['at'] as number,
    op: row['op'] as Intent['op'],
    path: row['path'] as string,
    to: text(row['to_path']),
    size: number(row['size']),
    version: text(row['version']),
    identity: text(row['identity']),
    reason: row['reason'] as string,
    beforeSize: number(row['before_size']),
    beforeModifiedMs: number(row['before_modified']),
    via: text(row['via']),
    aside: text(row['aside']),
    modifiedMs: number(row['modified']),
  };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
