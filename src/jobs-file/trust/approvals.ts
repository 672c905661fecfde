import { hash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../disk/make-folders.ts';
import { realPath } from '../../jobs/real-path.ts';
import { configError } from '../../jobs/usage-errors.ts';
import { messageOf } from '../../model/errors.ts';
import type { TrustedPart } from '../jobs-file.ts';

/** A file of jobs as it was approved, or would be. */
export interface FileVersion {
  /** Absolute. */
  readonly path: string;
  /** Of its text and of what is approved in it, which may hold values of the environment. */
  readonly digest: string;
}

export const digestOf = (text: string, parts: readonly TrustedPart[]): string =>
  hash('sha256', JSON.stringify([text, parts]));

const WRITABLE = 'make the folder writable, or set XDG_STATE_HOME';

/** Whether this version of the file was approved. */
export function isApproved(stateFolder: string, { path, digest }: FileVersion): boolean {
  const place = realPath(path);
  try {
    const approval = JSON.parse(readFileSync(fileOf(stateFolder, place), 'utf8')) as Record<string, unknown>;
    return approval['file'] === place && approval['digest'] === digest;
  } catch {
    return false; // never approved, or not readably
  }
}

/** Remembers that this version of the file is approved, in place of any version before. Rejects with `config` where nothing can be remembered. */
export function approve(stateFolder: string, { path, digest }: FileVersion, at: Date): void {
  const place = realPath(path);
  const file = fileOf(stateFolder, place);
  try {
    makeFolders(folderOf(stateFolder), { mode: 0o700 });
    writeFileSync(`${file}.new`, `${JSON.stringify({ file: place, digest, approved: at.toISOString() })}\n`, {
      mode: 0o600,
    });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw configError(
      `cannot remember the approval in ${stateFolder}: ${messageOf(error)}; ${WRITABLE}`,
      error,
    );
  }
}

/** Whether there was an approval to take back. */
export function takeBack(stateFolder: string, path: string): boolean {
  try {
    rmSync(fileOf(stateFolder, realPath(path)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw configError(
      `cannot forget the approval in ${stateFolder}: ${messageOf(error)}; ${WRITABLE}`,
      error,
    );
  }
}

const folderOf = (stateFolder: string): string => join(stateFolder, 'approved');

const fileOf = (stateFolder: string, place: string): string =>
  join(folderOf(stateFolder), `${hash('sha256', place).slice(0, 32)}.json`);
