import type { Operation } from '../../model/errors.ts';
import type { SyncEvent } from '../../model/events.ts';
import type { Action, ActionLine } from '../../model/plan.ts';
import { printable } from '../../model/printable.ts';
import { bytes, counted } from './quantities.ts';

const VERBS: Record<Action['kind'], string> = {
  createFolder: 'create',
  upload: 'upload',
  move: 'move',
  remove: 'remove',
};

const REASONS: Readonly<Record<string, string>> = {
  gone_from_source: 'gone from the source',
  not_in_source: 'not in the source',
  folder_renamed: 'folder renamed',
  cycle: 'step of a swap',
  drifted: 'changed on Stage by someone else',
  missing: 'missing on Stage',
  leftover: 'came along with a moved folder',
};

const REQUESTS: Record<Operation, string> = {
  list: 'list',
  look: 'look at',
  read: 'read',
  upload: 'upload',
  create_folder: 'create folder',
  move: 'move',
  remove: 'remove',
  look_up: 'look up',
  change: 'change',
  watch: 'watch',
};

/** 'move data/a.csv to data/b.csv' */
export function requestText({ operation, path, to }: SyncEvent & { readonly type: 'retry' }): string {
  const target = to === undefined ? '' : ` to ${printable(to)}`;
  return `${REQUESTS[operation]} ${printable(path) || '/'}${target}`;
}

/** A reason as a person reads it; one that has no words of its own stands for itself. */
export const reasonText = (reason: string): string => REASONS[reason] ?? reason.replaceAll('_', ' ');

/** 'upload  data/a.csv  (new, 12 kB)' */
export function actionText(action: ActionLine): string {
  const target = action.to === undefined ? '' : ` -> ${printable(action.to)}`;
  const facts = [reasonText(action.reason)];
  if (action.kind === 'upload' && action.bytes !== undefined) facts.push(bytes(action.bytes));
  if (action.path.endsWith('/') && action.files !== undefined && action.kind !== 'createFolder')
    facts.push(counted(action.files, 'file'));
  return `${VERBS[action.kind].padEnd(6)}  ${printable(action.path)}${target}  (${facts.join(', ')})`;
}
