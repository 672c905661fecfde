import type { BigIntStats } from 'node:fs';
import type { FileEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';

export const versionOf = (stats: BigIntStats): string => `${stats.size}:${stats.mtimeNs}`;

/** What tells one file or folder from all others for as long as it exists. */
export type FileId = Pick<BigIntStats, 'dev' | 'ino'>;

export const isSameFile = (a: FileId, b: FileId): boolean => a.ino === b.ino && a.dev === b.dev;

/**
 * A listed file. Its identity is device, inode, birth time, size and mtime: an inode alone is reused at once. There is
 * none for an empty file (all are equal), nor where the file system keeps no birth time (it shows as 0).
 */
export function fileEntry(path: RelPath, stats: BigIntStats): FileEntry {
  const size = Number(stats.size);
  const modifiedMs = Number(stats.mtimeMs);
  const version = versionOf(stats);
  return size === 0 || stats.birthtimeNs === 0n
    ? { kind: 'file', path, size, modifiedMs, version }
    : {
        kind: 'file',
        path,
        size,
        modifiedMs,
        version,
        identity: `${stats.dev}:${stats.ino}:${stats.birthtimeNs}:${version}`,
      };
}
