import { causeOf, errnoOf, wayOutOf } from '../../disk/system-errors.ts';
import { SyncError, isSyncError, isTooManyFiles } from '../../model/errors.ts';
import type { ErrorCode, Fact, Operation, Verdict } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';

/** What was being done to what. */
export interface DiskCall {
  readonly operation: Operation;
  readonly path: RelPath;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly fact?: Fact;
  readonly verdict?: Verdict;
  /** In place of the name of the system's error. */
  readonly why?: string;
}

const REFUSED: Meaning = { code: 'destination_refused', fact: 'refused' };
const DENIED: Meaning = { code: 'destination_denied', fact: 'refused' };
const TAKEN: Meaning = { code: 'destination_taken', fact: 'taken', why: 'something has its name already' };
const FULL: Meaning = { code: 'destination_full', verdict: 'end_run' };
const NO_WAY = 'a file or a symbolic link is on the way to it';

const MEANINGS: Readonly<Record<string, Meaning>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: DENIED,
  EDQUOT: FULL,
  ENOSPC: FULL,
  EEXIST: TAKEN,
  EISDIR: TAKEN,
  ENOTEMPTY: { ...TAKEN, why: 'it is not empty' },
  ELOOP: { ...REFUSED, why: NO_WAY },
  ENOTDIR: { ...REFUSED, why: NO_WAY },
  EBUSY: { ...REFUSED, why: 'something else uses it' },
  EFBIG: { ...REFUSED, why: 'the file system holds no file of this size' },
  EILSEQ: { ...REFUSED, why: 'the file system holds no such name' },
  EINVAL: { ...REFUSED, why: 'the file system holds no such name' },
  ENAMETOOLONG: REFUSED,
  EXDEV: { ...REFUSED, why: 'the two places lie on different file systems' },
};

const DONE: Readonly<Partial<Record<Operation, string>>> = {
  list: 'be listed',
  look: 'be looked at',
  read: 'be read',
  upload: 'be written',
  create_folder: 'be made',
  move: 'be moved',
  remove: 'be removed',
};
const cannot = (name: string, operation: Operation, why: string): string =>
  `${name || 'the destination folder'} cannot ${DONE[operation] ?? operation}: ${why}`;

const LOOKS: ReadonlySet<Operation> = new Set<Operation>(['list', 'look', 'read']);

/** What a failed system call means. A SyncError stays what it is. */
export function destinationError({ operation, path }: DiskCall, error: unknown): SyncError {
  if (isSyncError(error)) return error;
  const errno = errnoOf(error);
  if (errno === 'ENOENT') return missing({ operation, path }, error);
  const meaning = MEANINGS[errno];
  const why = meaning?.why ?? `${causeOf(error)}${wayOutOf(error)}`;
  return new SyncError(meaning?.code ?? 'destination_failed', (name) => cannot(name, operation, why), {
    verdict: meaning?.verdict ?? (isTooManyFiles(errno) ? 'retry' : 'skip_entry'),
    fact: meaning?.fact,
    operation,
    path,
    details: { path, errno },
    // An error of the disk itself says nothing of what was done before it.
    inDoubt: meaning === undefined && !isTooManyFiles(errno) && !LOOKS.has(operation),
    cause: error,
  });
}

export function missing({ operation, path }: DiskCall, cause?: unknown): SyncError {
  const needsFolder = operation === 'upload' || operation === 'create_folder';
  return new SyncError(
    'destination_missing',
    (name) => cannot(name, operation, needsFolder ? 'its folder is not there' : 'it is not there'),
    { verdict: 'skip_entry', fact: 'missing', operation, path, details: { path }, cause },
  );
}

/** `why` is the end of a sentence. */
export const refused = ({ operation, path }: DiskCall, why: string): SyncError =>
  new SyncError('destination_refused', (name) => cannot(name, operation, why), {
    verdict: 'skip_entry',
    fact: 'refused',
    operation,
    path,
    details: { path },
  });

export const taken = ({ operation, path }: DiskCall): SyncError =>
  new SyncError('destination_taken', (name) => cannot(name, operation, TAKEN.why!), {
    verdict: 'skip_entry',
    fact: 'taken',
    operation,
    path,
    details: { path },
  });

/** Something else has the name than the caller knows of: it stays, and whoever asked has to look again. */
export const notExpected = ({ operation, path }: DiskCall): SyncError =>
  new SyncError(
    'destination_taken',
    (name) =>
      cannot(
        name,
        operation,
        'somebody changed what has its name meanwhile; it is kept, and the next run decides',
      ),
    { verdict: 'skip_entry', operation, path, details: { path } },
  );

/** A file that is not the one it was a moment ago. */
export const changed = ({ operation, path }: DiskCall, why: string): SyncError =>
  new SyncError('entry_changed', (name) => `${name} changed meanwhile: ${why}`, {
    verdict: 'skip_entry',
    fact: 'changed',
    operation,
    path,
    details: { path },
  });

/** Two names that are not what they were a moment ago: nobody knows what became of the move. */
export const moveUnclear = ({ operation, path }: DiskCall): SyncError =>
  new SyncError(
    'destination_unclear',
    (name) => `${name}: something else took one of the two names while it moved; the next run looks again`,
    { verdict: 'skip_entry', operation, path, details: { path }, inDoubt: true },
  );

export const rootMissing = (root: string): SyncError =>
  new SyncError(
    'destination_missing',
    `The destination folder ${root} is not there; check the path, or whether its disk is mounted`,
    { verdict: 'end_run', fact: 'missing', operation: 'look', path: root },
  );

export const rootTaken = (root: string): SyncError =>
  new SyncError(
    'destination_taken',
    `The destination ${root} is not a folder; name a folder, or move away what has its name`,
    { verdict: 'end_run', fact: 'taken', operation: 'look', path: root },
  );

export const rootReplaced = (root: string): SyncError =>
  new SyncError(
    'destination_unclear',
    `The destination folder ${root} is no longer the one that the run began with; see whether its disk is mounted, and run again`,
    { verdict: 'end_run', operation: 'look', path: root },
  );
