import { isTooManyFiles, RAISE_FILE_LIMIT } from '../model/errors.ts';

/** The code of a failed system call: 'ENOENT'. */
export const errnoOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';

/** An error as a system call with this result throws it. */
export const systemError = (errno: string, message: string): Error =>
  Object.assign(new Error(message), { code: errno });

/** ENOTDIR: a folder on the way is now something else, so the path itself is gone. */
export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errnoOf(error));

export const isDenied = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(errnoOf(error));

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reports an input/output error',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the path is too long',
  ENFILE: 'too many open files',
  ENOSPC: 'the disk is full',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ESTALE: 'the network file system lost it',
};

/** 'permission denied (EACCES)'. The system's own message would repeat the call and the whole path. */
export function causeOf(error: unknown): string {
  const errno = errnoOf(error);
  const cause = CAUSES[errno];
  return cause === undefined ? errno : `${cause} (${errno})`;
}

/** What to do about it, as the end of a sentence, where the cause alone does not say. */
export function wayOutOf(error: unknown): string {
  const errno = errnoOf(error);
  if (isTooManyFiles(errno)) return `; ${RAISE_FILE_LIMIT}`;
  return errno === 'ENOSPC' || errno === 'EDQUOT' ? '; make room there, and run it again' : '';
}
