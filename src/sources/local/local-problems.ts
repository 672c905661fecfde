import type { Problem, ProblemCode, UnknownEntry } from '../../model/entry.ts';
import { isTooManyFiles, RAISE_FILE_LIMIT, SyncError } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import { errnoOf, isMissing } from '../../disk/disk.ts';

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'the disk reports an input/output error',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ENAMETOOLONG: 'the path is too long',
  ESTALE: 'the network file system lost it',
};

/** 'permission denied (EACCES)'. The system's own message would repeat the call and the whole path. */
export function causeOf(error: unknown): string {
  const errno = errnoOf(error);
  const cause = CAUSES[errno];
  return cause === undefined ? errno : `${cause} (${errno})`;
}

const warning = (code: ProblemCode, message: string): Problem => ({ code, severity: 'warning', message });
const failure = (code: ProblemCode, message: string): Problem => ({ code, severity: 'failure', message });

export const unreadable = (error: unknown): Problem =>
  failure(
    'unreadable',
    `cannot be read: ${causeOf(error)}; ${isTooManyFiles(errnoOf(error)) ? RAISE_FILE_LIMIT : 'grant access to it or exclude it'}`,
  );

/** What to do about it, where the cause alone does not say. */
const wayOut = (errno: string): string => (isTooManyFiles(errno) ? `; ${RAISE_FILE_LIMIT}` : '');

export const LINK_SKIPPED = warning(
  'link_skipped',
  'is a symbolic link and was skipped; --follow-symlinks syncs what it points to',
);
/** Only where links are followed: what it should lead to was asked for, and is missing on Stage. */
export const LINK_DANGLING = failure(
  'link_dangling',
  'is a symbolic link that points to nothing; put there what it names, or remove or exclude it',
);
export const LINK_LOOP = warning('link_loop', 'is a symbolic link that leads back into itself');
export const SPECIAL_FILE = warning(
  'special_file',
  'is a socket, a FIFO or a device, which cannot be synced',
);
export const VANISHED = warning(
  'vanished',
  'disappeared with its folder while it was listed; the next run looks again',
);
export const RETYPED = warning(
  'changed_while_listed',
  'became something else while it was listed; the next run takes it',
);
export const RESERVED_NAME = warning(
  'reserved_name',
  "its name is reserved for stagesync's own temporary files on Stage; rename it to sync it",
);
export const NAME_NOT_UTF8 = failure('name_not_allowed', 'its name is not valid UTF-8; rename it');

export const nameNotAllowed = (reason: string): Problem =>
  failure('name_not_allowed', `its name ${reason}; rename or exclude it`);

export const unknownPath = (path: RelPath, problem: Problem): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: path.endsWith('/') ? 'subtree' : 'path',
  problem,
});

/** Reported, and nothing else: no Stage path that takes part can have its name. */
export const namelessPath = (path: RelPath, problem: Problem): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: 'nothing',
  problem,
});

/** What a failed system call on the root ends the run with. */
export function rootError(root: string, error: unknown): SyncError {
  const errno = errnoOf(error);
  if (isMissing(error))
    return new SyncError(
      'source_missing',
      `The source folder ${root} is not there; check the path, or whether its disk is mounted`,
      { verdict: 'end_run', cause: error },
    );
  const denied = errno === 'EACCES' || errno === 'EPERM';
  return new SyncError(
    denied ? 'source_denied' : 'source_failed',
    `The source folder ${root} cannot be read: ${causeOf(error)}${wayOut(errno)}`,
    { verdict: 'end_run', cause: error },
  );
}

export const rootMissing = (root: string): SyncError =>
  rootError(root, Object.assign(new Error('no such folder'), { code: 'ENOENT' }));

export const rootChanged = (root: string): SyncError =>
  new SyncError(
    'guard_root_changed',
    `The source folder ${root} was replaced while it was listed; nothing can be said about what is gone, so run again`,
    { verdict: 'end_run' },
  );

export const rootNotFolder = (root: string): SyncError =>
  new SyncError('guard_root_changed', `The source ${root} is no longer a folder`, { verdict: 'end_run' });

export const entryChanged = (path: RelPath): SyncError =>
  new SyncError('entry_changed', `${path} changed since it was listed; the next run takes the new version`, {
    verdict: 'skip_entry',
    details: { path },
  });

export const entryGone = (path: RelPath): SyncError =>
  new SyncError('entry_gone', `${path} is gone from the source since it was listed`, {
    verdict: 'skip_entry',
    details: { path },
  });

/** What a failed system call on one listed file means. */
export function entryError(path: RelPath, error: unknown): SyncError {
  if (isMissing(error)) return entryGone(path);
  const errno = errnoOf(error);
  // Opened without following links, so a link has taken the file's name.
  if (errno === 'ELOOP') return entryChanged(path);
  return new SyncError('entry_unreadable', `${path} cannot be read: ${causeOf(error)}${wayOut(errno)}`, {
    verdict: isTooManyFiles(errno) ? 'retry' : 'skip_entry',
    details: { path, errno },
    cause: error,
  });
}
