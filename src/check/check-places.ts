import type { ProblemCode, SourceEntry } from '../model/entry.ts';
import { isSyncError, messageOf } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { Clock, PathFilter, Source } from '../model/ports.ts';
import { equalJitter, GrowingDelay } from '../model/growing-delay.ts';
import { Cursor } from '../sync/compare/cursor.ts';
import { withImpliedFolders } from '../sync/compare/implied-folders.ts';
import type { CheckSummary, Finding, Side } from './finding.ts';
import { firstDifference } from './first-difference.ts';
import { mergeListings, type Comparison } from './merge-listings.ts';

export interface CheckPlacesOptions {
  readonly a: Source;
  readonly b: Source;
  /** Which paths take part, on both sides. */
  readonly filter: PathFilter;
  /** Which contents are read: none, all, or those of the paths it says. */
  readonly content: 'none' | 'all' | ((path: RelPath) => boolean);
  /** Pairs of files that are read at the same time; asked now and then. */
  readonly lanes: () => number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hears of each finding, in path order. */
  readonly onFinding: (finding: Finding) => void;
  /** Hears of what was compared, after each path. */
  readonly onCounts?: ((counts: CheckSummary) => void) | undefined;
  /** Hears of bytes that were read in both places and compared. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/**
 * Compares two places and changes neither. Files of one name and size count as equal unless their contents are read. Memory
 * does not grow with the number of files. Rejects when a place cannot be listed to its end: what would follow from a
 * short listing is not known.
 */
export async function checkPlaces(options: CheckPlacesOptions): Promise<CheckSummary> {
  const { a, b, filter, content, lanes, signal, onFinding, onCounts } = options;
  const counts = { ...NOTHING };
  const isRead = content === 'none' ? () => false : content === 'all' ? () => true : content;
  const tell = (finding: Finding | undefined): void => {
    countFinding(counts, finding);
    if (finding !== undefined) onFinding(finding);
    onCounts?.(counts);
  };
  const readBoth = async (pair: Alike): Promise<Finding | undefined> => {
    const finding = await compareContents(pair, options);
    if (finding?.kind !== 'unclear') {
      counts.read++;
      counts.readBytes += pair.a.size;
    }
    return finding;
  };
  // findings are told in path order, so those that are known wait for the readings before them
  const waiting: Promise<Finding | undefined>[] = [];
  const listing = (side: Side, source: Source) =>
    new Cursor(withImpliedFolders(listed(side, source.list({ filter, signal })), filter));
  const [listingA, listingB] = [listing('a', a), listing('b', b)];
  try {
    for await (const found of mergeListings(listingA, listingB)) {
      signal.throwIfAborted();
      if (found.kind === 'not_compared') counts.notCompared++;
      else if (found.kind === 'alike' && isRead(found.path)) waiting.push(startedNow(readBoth(found)));
      else if (found.kind === 'alike' || waiting.length === 0) tell(findingOf(found));
      else waiting.push(Promise.resolve(findingOf(found)));
      while (waiting.length >= Math.max(1, lanes())) tell(await waiting.shift());
    }
    while (waiting.length > 0) tell(await waiting.shift());
    signal.throwIfAborted();
    return counts;
  } finally {
    await Promise.allSettled([listingA.close(), listingB.close(), ...waiting]);
  }
}

async function* listed(
  side: Side,
  listing: ReturnType<Source['list']>,
): AsyncGenerator<readonly SourceEntry[], void> {
  try {
    yield* listing;
  } catch (error) {
    throw errorOfSide(side, error);
  }
}

/** The error of one of two places says which of them it is about. */
export const errorOfSide = (side: Side, error: unknown): unknown =>
  isSyncError(error) ? error.prefixed(`${side.toUpperCase()}: `) : error;

type Counts = { -readonly [Name in keyof CheckSummary]: number };

const NOTHING: CheckSummary = {
  equal: 0,
  differ: 0,
  contentDiffers: 0,
  missing: 0,
  extra: 0,
  unclear: 0,
  failures: 0,
  notCompared: 0,
  read: 0,
  readBytes: 0,
};

function countFinding(counts: Counts, finding: Finding | undefined): void {
  counts[finding?.kind ?? 'equal']++;
  if (finding?.kind === 'differ' && finding.offset !== undefined) counts.contentDiffers++;
  if (finding?.kind === 'unclear' && finding.problem.severity === 'failure') counts.failures++;
}

type Alike = Extract<Comparison, { kind: 'alike' }>;

/** Its failure is seen when its turn comes; until then it must not count as unhandled. */
function startedNow<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

/** Undefined: equal as far as the listings tell. */
function findingOf(found: Exclude<Comparison, { kind: 'not_compared' }>): Finding | undefined {
  const { kind, path } = found;
  switch (kind) {
    case 'alike':
      return undefined;
    case 'missing':
      return { kind, path, size: found.a.size };
    case 'extra':
      return { kind, path, size: found.b.size };
    case 'differ':
      return { kind, path, sizeA: found.a.size, sizeB: found.b.size };
    case 'unclear':
      return { kind, path, side: found.side, problem: found.problem };
    default:
      return found satisfies never;
  }
}

/** Attempts to read one pair, each from its beginning. */
const ATTEMPTS = 4;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

/** Undefined: equal byte for byte. Rejects only with what ends the whole check. */
async function compareContents(
  { path, a, b }: Alike,
  options: CheckPlacesOptions,
): Promise<Finding | undefined> {
  const { clock, signal, onRead } = options;
  const copies = [
    { source: options.a, entry: a },
    { source: options.b, entry: b },
  ] as const;
  const pause = new GrowingDelay({ firstMs: FIRST_DELAY_MS, longestMs: LONGEST_DELAY_MS });
  for (let attempt = 1; ; attempt++) {
    try {
      const offset = await firstDifference(...copies, { signal, onRead });
      if (offset === undefined) return undefined;
      const changed = await changedSince(copies, signal);
      if (changed !== undefined) return unreadable(path, 'entry_changed', changed);
      return { kind: 'differ', path, sizeA: a.size, sizeB: b.size, offset };
    } catch (error) {
      signal.throwIfAborted();
      if (!isSyncError(error) || error.verdict === 'end_run') throw error;
      if (error.verdict !== 'retry' || attempt === ATTEMPTS)
        return unreadable(path, error.code, messageOf(error));
      await clock.sleep(equalJitter(pause.next(), clock.random()), signal);
    }
  }
}

/** Of a difference midway the rest was not read, and with it not the proof that both are the listed versions. */
async function changedSince(
  copies: readonly { readonly source: Source; readonly entry: Alike['a'] }[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const { source, entry } of copies) {
    if (source.stat === undefined) continue;
    const now = await source.stat(entry.path, { signal });
    if (now?.version !== entry.version) return 'it changed while it was compared; check again';
  }
  return undefined;
}

const unreadable = (path: string, code: ProblemCode, message: string): Finding => ({
  kind: 'unclear',
  path,
  problem: { code, severity: 'failure', message },
});
