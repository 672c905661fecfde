import type { FileChange, FileEvent, FilesReport } from '../../files/file-events.ts';
import { messageWithPath } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { bytes, counted, duration } from '../output/quantities.ts';

const VERBS: Record<FileChange['kind'], string> = { remove: 'remove', move: 'move', create_folder: 'create' };

/** 'remove  data/old/  (12 files, 3 kB)' */
export function changeText({ kind, path, to, files, bytes: size }: FileChange): string {
  const target = to === undefined ? '' : ` -> ${printable(to)}`;
  const facts = [
    ...(path.endsWith('/') && files !== undefined ? [counted(files, 'file')] : []),
    ...(size === undefined ? [] : [bytes(size)]),
  ];
  const told = facts.length === 0 ? '' : `  (${facts.join(', ')})`;
  return `${VERBS[kind].padEnd(6)}  ${printable(path)}${target}${told}`;
}

/** What was done in all, on one line. */
export function reportText(report: FilesReport): string {
  const { dryRun, removed, foldersRemoved, bytes: size, moved, foldersCreated, failed, requests } = report;
  const would = dryRun ? 'would be ' : '';
  const done = [
    ...(removed + foldersRemoved === 0
      ? []
      : [`${removalText(removed, foldersRemoved, size)} ${would}removed`]),
    ...(moved === 0 ? [] : [`${counted(moved, 'name')} ${would}moved`]),
    ...(foldersCreated === 0 ? [] : [`${counted(foldersCreated, 'folder')} ${would}created`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
  ];
  const told = done.length === 0 ? 'nothing to do' : done.join(', ');
  return dryRun ? `dry run, nothing was changed: ${told}` : `${told}; ${counted(requests, 'request')}`;
}

/** '3 files and 1 folder (12 kB)' */
export function removalText(files: number, folders: number, size: number): string {
  // of a folder whose files nobody counted, as in the trash, nothing is said of them
  if (files === 0 && folders > 0) return counted(folders, 'folder');
  return `${counted(files, 'file')}${folders === 0 ? '' : ` and ${counted(folders, 'folder')}`} (${bytes(size)})`;
}

export const problemText = ({ path, message }: Extract<FileEvent, { type: 'problem' }>): string =>
  messageWithPath(path, printable(message));

export const throttleText = ({
  pauseMs,
  requestsPerSecond,
}: Extract<FileEvent, { type: 'throttled' }>): string =>
  `Stage asks for fewer requests: pausing ${duration(pauseMs)}, then ${requestsPerSecond.toFixed(1)} a second`;
