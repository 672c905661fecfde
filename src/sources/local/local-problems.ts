import type { Problem, ProblemCode, UnknownEntry } from '../../model/entry.ts';
import { isTooManyFiles, nothingAtAddress, RAISE_FILE_LIMIT, SyncError } from '../../model/errors.ts';
import type { Operation } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import { causeOf, errnoOf, isDenied, isMissing, systemError, wayOutOf } from '../../disk/system-errors.ts';

const warning = (code: ProblemCode, message: string): Problem => ({ code, severity: 'warning', message });
const failure = (code: ProblemCode, message: string): Problem => ({ code, severity: 'failure', message });

export const unreadable = (error: unknown): Problem =>
  failure(
    'unreadable',
    `cannot be read: ${causeOf(error)}; ${isTooManyFiles(errnoOf(error)) ? RAISE_FILE_LIMIT : 'grant access to it or exclude it'}`,
  );

export const LINK_SKIPPED = warning(
  'link_skipped',
  'is a symbolic link and was skipped; --follow-symlinks syncs what it points to',
);
/** A failure, since links are followed only when that is asked for: the target is then missing at the destination. */
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
export const NAME_NOT_UTF8 = failure('name_not_allowed', 'its name is not valid UTF-8; rename it');

export const nameNotAllowed = (reason: string): Problem =>
  failure('name_not_allowed', `its name ${reason}; rename or exclude it`);

export const unknownPath = (path: RelPath, problem: Problem): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: path.endsWith('/') ? 'subtree' : 'path',
  problem,
});

/** An entry that is reported and no more, since no path that takes part can have its name. */
export const namelessPath = (path: RelPath, problem: Problem): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: 'nothing',
  problem,
});

/** The error that ends the run after a failed system call on the root. */
export function rootError(root: string, error: unknown, operation: Operation = 'list'): SyncError {
  const options = { verdict: 'end_run', operation, path: root, cause: error } as const;
  if (isMissing(error))
    return new SyncError(
      'source_missing',
      `${nothingAtAddress(root)}; check the path, or whether its disk is mounted`,
      { ...options, fact: 'missing' },
    );
  const denied = isDenied(error);
  return new SyncError(
    denied ? 'source_denied' : 'source_failed',
    `The folder ${root} cannot be read: ${causeOf(error)}${denied ? '; give this user the right to read and enter it' : wayOutOf(error)}`,
    { ...options, fact: denied ? 'refused' : undefined },
  );
}

export const rootMissing = (root: string): SyncError =>
  rootError(root, systemError('ENOENT', 'no such folder'));

export const sourceNotFolder = (root: string): SyncError =>
  new SyncError(
    'source_missing',
    `${root} is not a folder; "stagesync cp" copies a single file, or name the folder that holds it`,
    {
      verdict: 'end_run',
      fact: 'missing',
      operation: 'list',
      path: root,
    },
  );

const rootReplaced = (root: string, message: string): SyncError =>
  new SyncError('guard_root_changed', message, {
    verdict: 'end_run',
    operation: 'list',
    path: root,
  });

export const rootChanged = (root: string): SyncError =>
  rootReplaced(
    root,
    `The source folder ${root} was replaced while it was listed; nothing can be said about what is gone, so run again`,
  );

export const rootNotFolder = (root: string): SyncError =>
  rootReplaced(root, `The source ${root} is no longer a folder; see what took its name, and run again`);

export const entryChanged = (path: RelPath): SyncError =>
  new SyncError(
    'entry_changed',
    (name) => `${name} changed since it was listed; the next run takes the new version`,
    { verdict: 'skip_entry', fact: 'changed', operation: 'read', path, details: { path } },
  );

export const entryGone = (path: RelPath): SyncError =>
  new SyncError('entry_gone', (name) => `${name} is gone since it was listed`, {
    verdict: 'skip_entry',
    fact: 'gone',
    operation: 'read',
    path,
    details: { path },
  });

/** What a failed system call on one listed file means. */
export function entryError(path: RelPath, error: unknown): SyncError {
  if (isMissing(error)) return entryGone(path);
  const errno = errnoOf(error);
  // Files are opened without following links, so ELOOP says that a link has taken the file's name.
  if (errno === 'ELOOP') return entryChanged(path);
  return new SyncError(
    'entry_unreadable',
    (name) => `${name} cannot be read: ${causeOf(error)}${wayOutOf(error)}`,
    {
      verdict: isTooManyFiles(errno) ? 'retry' : 'skip_entry',
      fact: 'unreadable',
      operation: 'read',
      path,
      details: { path, errno },
      cause: error,
    },
  );
}
