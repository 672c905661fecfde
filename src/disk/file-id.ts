import type { BigIntStats } from 'node:fs';

/** What tells one file or folder from all others for as long as it exists. */
export type FileId = Pick<BigIntStats, 'dev' | 'ino'>;

export const isSameFile = (a: FileId, b: FileId): boolean => a.ino === b.ino && a.dev === b.dev;
