import type { FileEntry } from '../../model/entry.ts';
import type { RemoveReason, ShownVersion, UploadReason } from '../../model/plan.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';

/** What to do about a file that the source has. */
export type PresentDecision =
  | { readonly do: 'unchanged' }
  /** Unchanged, and the destination's time for it is now known. */
  | { readonly do: 'confirm'; readonly shown: ShownVersion }
  | { readonly do: 'upload'; readonly reason: UploadReason }
  /** Another version of the same size: equal content needs no upload; other content is uploaded as `changed`. */
  | {
      readonly do: 'check_digest';
      /** Undefined: the file is loaded and gone from the destination. */
      readonly shown: ShownVersion | undefined;
      readonly digest: string | undefined;
    }
  /** The row names this very version as an earlier release wrote it: the row is written anew. */
  | { readonly do: 'renew'; readonly shown: ShownVersion | undefined }
  /** Both ends have the file, equal, and the ledger does not know it: the ledger takes it in. */
  | { readonly do: 'adopt'; readonly shown: ShownVersion }
  /** Under --compare content: both ends are read. Equal content is ours, other content is uploaded as `differs`. */
  | { readonly do: 'compare_content'; readonly shown: ShownVersion };

/** What to do about a file that the source does not have. */
export type GoneDecision =
  | { readonly do: 'nothing' }
  | { readonly do: 'remove'; readonly reason: RemoveReason }
  /** Gone from the source, and removals were not asked for: our file stays, and a move may take it elsewhere. */
  | { readonly do: 'leave' }
  /** Gone from the source, and not ours to remove: somebody else changed the file, or it was there before us. */
  | { readonly do: 'keep'; readonly why: 'changed' | 'adopted' }
  /** `stays`: what somebody else has put there since. */
  | { readonly do: 'forget'; readonly stays?: ShownVersion | undefined };

/** What to do about one file, from what the three sides show. */
export type FileDecision = PresentDecision | GoneDecision;

export interface DecideOptions {
  readonly removal: 'none' | 'ours' | 'everything';
  readonly compare: 'size' | 'content' | 'size-only';
  /** With `compare: 'content'`: also what the ledger knows is read again. */
  readonly verify: boolean;
  /** See DestinationTraits. */
  readonly exactTimes?: boolean | undefined;
}

/** Two answers of a destination can give one time with other fraction digits: below a second, times are equal. */
const TIME_TOLERANCE_MS = 1000;

/** The decision table of a pass, for a path where both ends are known. Pure: the same view, the same decision. */
export function decideFile(
  source: FileEntry,
  shown: ShownVersion | undefined,
  row: LedgerRow | undefined,
  options: DecideOptions,
): PresentDecision;
export function decideFile(
  source: undefined,
  shown: ShownVersion | undefined,
  row: LedgerRow | undefined,
  options: DecideOptions,
): GoneDecision;
export function decideFile(
  source: FileEntry | undefined,
  shown: ShownVersion | undefined,
  row: LedgerRow | undefined,
  options: DecideOptions,
): FileDecision;
export function decideFile(
  source: FileEntry | undefined,
  shown: ShownVersion | undefined,
  row: LedgerRow | undefined,
  options: DecideOptions,
): FileDecision {
  if (source === undefined) return decideGone(shown, row, options);
  return row === undefined ? decideMet(source, shown, options) : decideKnown(source, shown, row, options);
}

/** The source has no file. */
function decideGone(
  shown: ShownVersion | undefined,
  row: LedgerRow | undefined,
  options: DecideOptions,
): GoneDecision {
  const { removal } = options;
  if (row === undefined) {
    return shown !== undefined && removal === 'everything'
      ? { do: 'remove', reason: 'not_in_source' }
      : { do: 'nothing' };
  }
  if (shown === undefined) return { do: 'forget' };
  if (row.loaded === true && removal !== 'everything') return { do: 'forget', stays: shown };
  if (row.loaded === true || !sameAtDestination(shown, row, options)) {
    return removal === 'everything'
      ? { do: 'remove', reason: 'not_in_source' }
      : { do: 'keep', why: 'changed' };
  }
  if (row.adopted) return decideAdopted(removal);
  return removal === 'none' ? { do: 'leave' } : { do: 'remove', reason: 'gone_from_source' };
}

/** The source has a file, and the ledger does not know it. */
function decideMet(
  source: FileEntry,
  shown: ShownVersion | undefined,
  { compare }: DecideOptions,
): PresentDecision {
  if (shown === undefined) return { do: 'upload', reason: 'new' };
  if (shown.size !== source.size) return { do: 'upload', reason: 'differs' };
  if (compare === 'content') return { do: 'compare_content', shown };
  if (compare === 'size-only') return { do: 'adopt', shown };
  return notNewer(source, shown) ? { do: 'adopt', shown } : { do: 'upload', reason: 'differs' };
}

/** The source has a file, and the ledger knows it. */
function decideKnown(
  source: FileEntry,
  shown: ShownVersion | undefined,
  row: LedgerRow,
  { compare, verify, exactTimes }: DecideOptions,
): PresentDecision {
  if (row.loaded === true) return decideLoaded(source, shown, row, compare);
  const asPut = shown !== undefined && sameAtDestination(shown, row, { exactTimes });
  // a row without a version does not know what arrived: the file is uploaded anew, whatever its size
  if (compare === 'size-only' && shown?.size === source.size && row.version !== '')
    return asPut && row.pending ? { do: 'confirm', shown } : { do: 'unchanged' };
  if (asPut && saysMore(source, row) && notNewer(source, shown)) return { do: 'renew', shown };
  const same = sameInSource(source, row);
  if (shown === undefined) return { do: 'upload', reason: same === 'yes' ? 'missing' : 'changed' };
  if (!asPut) return { do: 'upload', reason: same === 'yes' ? 'drifted' : 'changed' };
  if (same === 'no') return { do: 'upload', reason: 'changed' };
  if (compare === 'content' && verify) return { do: 'compare_content', shown };
  if (same === 'check') return { do: 'check_digest', shown, digest: row.digest };
  return row.pending ? { do: 'confirm', shown } : { do: 'unchanged' };
}

/**
 * The file is in its table and has left the destination: it is sent again when it changes. What somebody else has put under its
 * name meanwhile stays as long as it does not.
 */
function decideLoaded(
  source: FileEntry,
  shown: ShownVersion | undefined,
  row: LedgerRow,
  compare: DecideOptions['compare'],
): PresentDecision {
  if (compare === 'size-only' && source.size === row.size) return { do: 'unchanged' };
  if (saysMore(source, row) && notNewer(source, shownOf(row))) return { do: 'renew', shown: undefined };
  const same = sameInSource(source, row);
  if (same === 'check') return { do: 'check_digest', shown, digest: row.digest };
  return same === 'yes' ? { do: 'unchanged' } : { do: 'upload', reason: 'changed' };
}

/** Gone from the source, and in the ledger for its equal size alone: only a mirror removes it. */
function decideAdopted(removal: DecideOptions['removal']): GoneDecision {
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

/** A version may say more, behind an '@', than an earlier release kept: release 0.1 did not keep the time of an object. */
const saysMore = (source: FileEntry, row: LedgerRow): boolean =>
  source.size === row.size && row.version !== '' && source.version.startsWith(`${row.version}@`);

/** Whether the destination still shows what we put there. */
export function sameAtDestination(
  shown: ShownVersion,
  row: LedgerRow,
  { exactTimes = false }: Pick<DecideOptions, 'exactTimes'> = {},
): boolean {
  const known = shownOf(row);
  const isKnown = shown.modifiedMs !== undefined && known.modifiedMs !== undefined;
  if (exactTimes && isKnown && shown.modifiedMs !== known.modifiedMs) return false;
  return sameShown(shown, known);
}

/** What the destination last showed of a file that the ledger has. */
export const shownOf = (row: LedgerRow): ShownVersion => ({
  size: row.size,
  modifiedMs: row.shownModifiedMs,
});

/** Whether two answers of the destination show the same file. A time that either of them lacks cannot differ. */
export function sameShown(a: ShownVersion, b: ShownVersion, ignoreTimes = false): boolean {
  if (a.size !== b.size) return false;
  if (ignoreTimes || a.modifiedMs === undefined || b.modifiedMs === undefined) return true;
  return Math.abs(a.modifiedMs - b.modifiedMs) < TIME_TOLERANCE_MS;
}

/** An equal size proves nothing without a time at the destination: the source then counts as newer. */
const notNewer = (source: FileEntry, shown: ShownVersion): boolean =>
  shown.modifiedMs !== undefined &&
  source.modifiedMs !== undefined &&
  source.modifiedMs < shown.modifiedMs + TIME_TOLERANCE_MS;
