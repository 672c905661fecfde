import type { FileEntry } from '../../model/entry.ts';
import type { RemoveReason, ShownVersion, UploadReason } from '../../model/plan.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';

/** What to do about one file, from what the three sides show. */
export type FileDecision =
  | { readonly do: 'nothing' }
  | { readonly do: 'unchanged' }
  /** Unchanged, and Stage's time is now known. */
  | { readonly do: 'confirm'; readonly stage: ShownVersion }
  | { readonly do: 'upload'; readonly reason: UploadReason }
  /** The version is new but the size is not: equal content needs no upload. Else upload as `changed`. */
  | { readonly do: 'check_digest'; readonly stage: ShownVersion; readonly digest: string | undefined }
  /** The row says the same in the words of an earlier release, and Stage got it later: the row is written anew. */
  | { readonly do: 'renew'; readonly stage: ShownVersion }
  /** First meeting: count it as ours. */
  | { readonly do: 'adopt'; readonly stage: ShownVersion }
  /** Under --compare content: read both, then count as ours what is equal and upload what `differs`. */
  | { readonly do: 'compare_content'; readonly stage: ShownVersion }
  | { readonly do: 'remove'; readonly reason: RemoveReason }
  /** Gone from the source, put there by us, and removals were not asked for: it stays, and may be moved from. */
  | { readonly do: 'leave' }
  /** Gone from the source, and not ours to remove: someone else changed it on Stage, or it was never put there by us. */
  | { readonly do: 'keep'; readonly why: 'changed' | 'adopted' }
  | { readonly do: 'forget' };

export interface DecideOptions {
  readonly removal: 'none' | 'ours' | 'everything';
  readonly compare: 'size' | 'content';
  /** With `compare: 'content'`: also what the ledger knows is read again. */
  readonly verify: boolean;
}

/** Times of one file in two answers of Stage can differ in their fraction digits; below a second they are one time. */
const TIME_TOLERANCE_MS = 1000;

/** The decision table of a pass, for a path where both ends are known. Pure: the same sight, the same decision. */
export function decideFile(
  source: FileEntry | undefined,
  stage: ShownVersion | undefined,
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
    if (!sameAtDestination(stage, row)) {
      return options.removal === 'everything'
        ? { do: 'remove', reason: 'not_in_source' }
        : { do: 'keep', why: 'changed' };
    }
    if (row.adopted) return decideAdopted(options.removal);
    return options.removal === 'none' ? { do: 'leave' } : { do: 'remove', reason: 'gone_from_source' };
  }
  if (row === undefined) {
    if (stage === undefined) return { do: 'upload', reason: 'new' };
    if (stage.size !== source.size) return { do: 'upload', reason: 'differs' };
    if (options.compare === 'content') return { do: 'compare_content', stage };
    return notNewer(source, stage) ? { do: 'adopt', stage } : { do: 'upload', reason: 'differs' };
  }
  if (
    stage !== undefined &&
    sameAtDestination(stage, row) &&
    saysMore(source, row) &&
    notNewer(source, stage)
  )
    return { do: 'renew', stage };
  const same = sameInSource(source, row);
  if (stage === undefined) return { do: 'upload', reason: same === 'yes' ? 'missing' : 'changed' };
  if (!sameAtDestination(stage, row)) return { do: 'upload', reason: same === 'yes' ? 'drifted' : 'changed' };
  if (same === 'no') return { do: 'upload', reason: 'changed' };
  if (options.compare === 'content' && options.verify) return { do: 'compare_content', stage };
  if (same === 'check') return { do: 'check_digest', stage, digest: row.digest };
  return row.pending ? { do: 'confirm', stage } : { do: 'unchanged' };
}

/** Gone from the source, and taken for ours by its size alone: only a mirror removes it. */
function decideAdopted(removal: DecideOptions['removal']): FileDecision {
  if (removal === 'none') return { do: 'nothing' };
  return removal === 'ours' ? { do: 'keep', why: 'adopted' } : { do: 'remove', reason: 'not_in_source' };
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

/** A source may come to tell more of a version, behind an '@': S3's time, which release 0.1 did not keep. */
const saysMore = (source: FileEntry, row: LedgerRow): boolean =>
  source.size === row.size && row.version !== '' && source.version.startsWith(`${row.version}@`);

/** Whether Stage still shows what we put there. */
export const sameAtDestination = (stage: ShownVersion, row: LedgerRow): boolean =>
  sameShown(stage, shownOf(row));

/** What Stage last showed of a file of the ledger's. */
export const shownOf = (row: LedgerRow): ShownVersion => ({
  size: row.size,
  modifiedMs: row.shownModifiedMs,
});

/** Whether Stage shows one file twice. A time that either side does not tell cannot differ. */
export function sameShown(a: ShownVersion, b: ShownVersion, ignoreTimes = false): boolean {
  if (a.size !== b.size) return false;
  if (ignoreTimes || a.modifiedMs === undefined || b.modifiedMs === undefined) return true;
  return Math.abs(a.modifiedMs - b.modifiedMs) < TIME_TOLERANCE_MS;
}

/** Without a time on Stage nothing can be told from an equal size, so it counts as newer. */
const notNewer = (source: FileEntry, stage: ShownVersion): boolean =>
  stage.modifiedMs !== undefined &&
  source.modifiedMs !== undefined &&
  source.modifiedMs < stage.modifiedMs + TIME_TOLERANCE_MS;
