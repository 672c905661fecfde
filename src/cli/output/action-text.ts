import type { Operation } from '../../model/errors.ts';
import type { SyncEvent } from '../../model/events.ts';
import type { Action, ActionLine } from '../../model/plan.ts';
import { printable } from '../../model/printable.ts';
import { bytes, counted } from './quantities.ts';
import { UPLOADS } from '../../model/transfer-words.ts';

const VERBS: Record<Exclude<Action['kind'], 'upload'>, string> = {
  createFolder: 'create',
  move: 'move',
  remove: 'remove',
};

const REASONS: Readonly<Record<string, string>> = {
  gone_from_source: 'gone from the source',
  not_in_source: 'not in the source',
  folder_renamed: 'folder renamed',
  cycle: 'step of a swap',
  leftover: 'came along with a moved folder',
};

const REQUESTS: Record<Exclude<Operation, 'upload'>, string> = {
  list: 'list',
  look: 'look at',
  read: 'read',
  create_folder: 'create folder',
  move: 'move',
  remove: 'remove',
  look_up: 'look up',
  change: 'change',
  watch: 'watch',
};

/** 'move data/a.csv to data/b.csv' */
export function requestText(
  { operation, path, to }: SyncEvent & { readonly type: 'retry' },
  words = UPLOADS,
): string {
  const target = to === undefined ? '' : ` to ${printable(to)}`;
  const verb = operation === 'upload' ? words.name : REQUESTS[operation];
  return `${verb} ${printable(path) || '/'}${target}`;
}

/** A reason as a person reads it; one that has no words of its own stands for itself. */
export function reasonText(reason: string, { at } = UPLOADS): string {
  if (reason === 'drifted') return `changed ${at} by someone else`;
  if (reason === 'missing') return `missing ${at}`;
  return REASONS[reason] ?? reason.replaceAll('_', ' ');
}

/** 'upload  data/a.csv  (new, 12 kB)' */
export function actionText(action: ActionLine, words = UPLOADS): string {
  const target = action.to === undefined ? '' : ` -> ${printable(action.to)}`;
  const facts = [reasonText(action.reason, words)];
  if (action.kind === 'upload' && action.bytes !== undefined) facts.push(bytes(action.bytes));
  if (action.path.endsWith('/') && action.files !== undefined && action.kind !== 'createFolder')
    facts.push(counted(action.files, 'file'));
  const verb = action.kind === 'upload' ? words.name : VERBS[action.kind];
  return `${verb.padEnd(words.name.length)}  ${printable(action.path)}${target}  (${facts.join(', ')})`;
}
