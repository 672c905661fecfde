import type { ErrorCode, Fact, Operation } from '../../../model/errors.ts';

type TransferCode = Extract<
  ErrorCode,
  `${'source' | 'entry' | 'destination' | 'stage' | 'queue'}_${string}` | 'usage' | 'config' | 'interrupted'
>;

/** What an error of a transfer may be called. */
const CODES: Record<TransferCode, true> = {
  usage: true,
  config: true,
  interrupted: true,
  source_missing: true,
  source_denied: true,
  source_unauthorised: true,
  source_unreachable: true,
  source_throttled: true,
  source_listing_broken: true,
  source_failed: true,
  entry_changed: true,
  entry_gone: true,
  entry_unreadable: true,
  destination_missing: true,
  destination_taken: true,
  destination_refused: true,
  destination_denied: true,
  destination_full: true,
  destination_failed: true,
  destination_unclear: true,
  stage_unreachable: true,
  stage_timeout: true,
  stage_unauthorised: true,
  stage_deployment_missing: true,
  stage_not_found: true,
  stage_exists: true,
  stage_rejected: true,
  stage_too_large: true,
  stage_quota: true,
  stage_throttled: true,
  stage_unavailable: true,
  stage_bad_reply: true,
  queue_unreachable: true,
  queue_unauthorised: true,
  queue_misconfigured: true,
};

const FACTS: Record<Fact, true> = {
  missing: true,
  taken: true,
  refused: true,
  slow_down: true,
  out_of_reach: true,
  changed: true,
  gone: true,
  unreadable: true,
  unauthorised: true,
  forbidden: true,
};

const OPERATIONS: Record<Operation, true> = {
  list: true,
  look: true,
  read: true,
  upload: true,
  create_folder: true,
  move: true,
  remove: true,
  look_up: true,
  change: true,
  watch: true,
};

const knownIn = <T extends string>(table: Record<T, true>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? (word as T) : undefined;

/** Undefined: a word that this version does not know. */
export const knownCode = (word: string): ErrorCode | undefined => knownIn(CODES, word);
export const knownFact = (word: string): Fact | undefined => knownIn(FACTS, word);
export const knownOperation = (word: string): Operation | undefined => knownIn(OPERATIONS, word);
