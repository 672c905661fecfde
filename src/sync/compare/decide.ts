import type { FileEntry } from '../../model/entry.ts';
import type { RemoveReason, StageVersion, UploadReason } from '../../model/plan.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';

/** What to do about one file, from what the three sides show. */
export type FileDecision =
  | { readonly do: 'nothing' }
  | { readonly do: 'unchanged' }
  /** Unchanged, and Stage's time is now known. */
  | { readonly do: 'confirm'; readonly stage: StageVersion }
  | { readonly do: 'upload'; readonly reason: UploadReason }
  /** The version is new but the size is not: equal content needs no upload. Else upload as `changed`. */
  | { readonly do: 'check_digest'; readonly stage: StageVersion; readonly digest: string | undefined }
  /** First meeting: count it as ours. */
  | { readonly do: 'adopt'; readonly stage: StageVersion }
  /** First meeting under --compare content: read both, then adopt or upload as `differs`. */
  | { readonly do: 'compare_content'; readonly stage: StageVersion }
  | { readonly do: 'remove'; readonly reason: RemoveReason }
  /** Gone from the source, put there by us, and removals were not asked for: it stays, and may be moved from. */
  | { readonly do: 'leave' }
  /** Gone from the source, and someone else changed it on Stage. */
  | { readonly do: 'keep' }
  | { readonly do: 'forget' };

export interface DecideOptions {
  readonly removal: 'none' | 'ours' | 'everything';
  readonly compare: 'size' | 'content';
}

/** Times of one file in two answers of Stage can differ in their fraction digits; below a second they are one time. */
const TIME_TOLERANCE_MS = 1000;

/** The decision table of a pass, for a path where both ends are known. Pure: the same sight, the same decision. */
export function decideFile(
  source: FileEntry | undefined,
  stage: StageVersion | undefined,
  row: LedgerRow | undefined,
  options: DecideOptions,
): FileDecision {
  if (source === undefined) {
    if (row === undefined) {
      return stage !== undefined && options.removal === 'everything'
        ? { do: 'remove', reason: 'not_in_source' }
        : { do: 'nothing' };
    }
    if (stage === undefined) return { do: 'forget' };
    if (!sameOnStage(stage, row)) {
      return options.removal === 'everything' ? { do: 'remove', reason: 'not_in_source' } : { do: 'keep' };
    }
    return options.removal === 'none' ? { do: 'leave' } : { do: 'remove', reason: 'gone_from_source' };
  }
  if (row === undefined) {
    if (stage === undefined) return { do: 'upload', reason: 'new' };
    if (stage.size !== source.size) return { do: 'upload', reason: 'differs' };
    if (options.compare === 'content') return { do: 'compare_content', stage };
    return notNewer(source, stage) ? { do: 'adopt', stage } : { do: 'upload', reason: 'differs' };
  }
  const same = sameInSource(source, row);
  if (stage === undefined) return { do: 'upload', reason: same === 'yes' ? 'missing' : 'changed' };
  if (!sameOnStage(stage, row)) return { do: 'upload', reason: same === 'yes' ? 'drifted' : 'changed' };
  if (same === 'no') return { do: 'upload', reason: 'changed' };
  if (same === 'check') return { do: 'check_digest', stage, digest: row.digest };
  return row.pending ? { do: 'confirm', stage } : { do: 'unchanged' };
}

/**
 * Whether the source still has what we uploaded. Another version of the same size, or another file with the very same
 * size and time (two files swapped; a restored tree), is settled by the digest where there is one.
 */
export function sameInSource(source: FileEntry, row: LedgerRow): 'yes' | 'no' | 'check' {
  const sameVersion = source.version === row.version;
  if (sameVersion && (source.identity === row.identity || row.identity === undefined)) return 'yes';
  if (source.size !== row.size) return 'no';
  if (row.digest !== undefined) return 'check';
  return sameVersion ? 'yes' : 'no';
}

/** Whether Stage still shows what we put there. A time that either side does not tell cannot differ. */
export function sameOnStage(stage: StageVersion, row: LedgerRow): boolean {
  if (stage.size !== row.size) return false;
  if (stage.modifiedMs === undefined || row.stageModifiedMs === undefined) return true;
  return Math.abs(stage.modifiedMs - row.stageModifiedMs) < TIME_TOLERANCE_MS;
}

/** Without a time on Stage nothing can be told from an equal size, so it counts as newer. */
const notNewer = (source: FileEntry, stage: StageVersion): boolean =>
  stage.modifiedMs !== undefined &&
  source.modifiedMs !== undefined &&
  source.modifiedMs < stage.modifiedMs + TIME_TOLERANCE_MS;
