import type { BigIntStats } from 'node:fs';
import type { FileEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';

const versionOf = (stats: BigIntStats): string => `${stats.size}:${stats.mtimeNs}`;

/**
 * Device, inode, birth time, size and mtime: an inode alone is reused at once. An empty file has no identity (all empty
 * files are equal), nor has any file where the file system keeps no birth time (which shows as 0).
 */
const identityOf = (stats: BigIntStats, version: string): string | undefined =>
  stats.size === 0n || stats.birthtimeNs === 0n
    ? undefined
    : `${stats.dev}:${stats.ino}:${stats.birthtimeNs}:${version}`;

export function fileEntry(path: RelPath, stats: BigIntStats): FileEntry {
  const size = Number(stats.size);
  const modifiedMs = Number(stats.mtimeMs);
  const version = versionOf(stats);
  const identity = identityOf(stats, version);
  return identity === undefined
    ? { kind: 'file', path, size, modifiedMs, version }
    : { kind: 'file', path, size, modifiedMs, version, identity };
}

/** Whether this is the file that was listed, as it then was; another one of the same size and time is not. */
export function isListed(entry: FileEntry, stats: BigIntStats): boolean {
  const version = versionOf(stats);
  if (!stats.isFile() || version !== entry.version) return false;
  return entry.identity === undefined || entry.identity === identityOf(stats, version);
}
