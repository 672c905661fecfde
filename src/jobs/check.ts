import { randomInt } from 'node:crypto';
import { checkPlaces, errorOfSide } from '../check/check-places.ts';
import type { CheckSummary, Finding, Side } from '../check/finding.ts';
import { drawSample } from '../check/sample.ts';
import type { FilterRule } from '../filter/filter-rules.ts';
import { systemClock } from '../sync/clock.ts';
import type { Concurrency } from '../remote/gate/lanes.ts';
import { formatAddress, parsePlace, type Address, type PlaceAddress } from './addresses.ts';
import { checkBucketFlags, openPlace, type OpenPlace } from './ends/open-place.ts';
import { openFilter } from './filters/read-filters.ts';
import { surroundingsFor, type CallOptions } from './sync.ts';
import type { Surroundings } from './surroundings.ts';
import { usageError } from './usage-errors.ts';

/** What is compared, and how closely. */
export interface CheckSettings {
  /** Rules in their order, for both places; a `.stagesyncignore` at the top of a directory counts too, of A's before B's. */
  readonly filters?: readonly FilterRule[] | undefined;
  /** Default: false, links are left out. */
  readonly followSymlinks?: boolean | undefined;
  /** Whether the contents are read: of all files, of a random sample in percent, or of none, the default. */
  readonly content?: 'none' | 'all' | { readonly percent: number } | undefined;
  /** Of a sample: the same number draws the same files. Default: a new one. */
  readonly seed?: number | undefined;
  /** Stage requests at the same time. Default: 'auto'. */
  readonly concurrency?: Concurrency | undefined;
  /** Milliseconds. See --max-wait. */
  readonly maxWaitMs?: number | undefined;
}

/** The parts of a sync's surroundings that only a change would need are left out. */
export interface CheckOptions
  extends CheckSettings, Pick<CallOptions, 'authority' | 'environment' | 'folder' | 'signal'> {
  readonly a: string | Address;
  readonly b: string | Address;
  /** Hears of each finding, in path order. */
  readonly onFinding?: ((finding: Finding) => void) | undefined;
}

export interface CheckResult extends CheckSummary {
  /** The seed of the sample, where there was one. */
  readonly seed?: number;
}

/**
 * Compares two places, each a directory, a bucket or a Stage, and changes neither. Names and sizes are compared, contents
 * where `content` asks for it. Rejects with a SyncError when a place cannot be opened, or not listed to its end.
 */
export function check(options: CheckOptions): Promise<CheckResult> {
  const { a, b, onFinding = () => undefined, authority, environment, folder, signal, ...settings } = options;
  const around = surroundingsFor({ authority, environment, folder, signal });
  const text = (address: string | Address): string =>
    typeof address === 'string' ? address : formatAddress(address);
  const ends = {
    a: parsePlace(text(a), 'A', around.folder),
    b: parsePlace(text(b), 'B', around.folder),
  };
  return runCheck({ ...ends, ...settings, onFinding }, around);
}

export interface CheckRun extends CheckSettings {
  readonly a: PlaceAddress;
  readonly b: PlaceAddress;
  readonly onFinding: (finding: Finding) => void;
  /** See CheckPlacesOptions. */
  readonly onCounts?: ((counts: CheckSummary) => void) | undefined;
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** The same with addresses that are read already, in surroundings that are known. */
export async function runCheck(run: CheckRun, around: Surroundings): Promise<CheckResult> {
  const { a, b, content = 'none' } = run;
  checkFlags(run, around);
  const rootOf = (address: PlaceAddress) => (address.kind === 'local' ? address.root : undefined);
  const filter = openFilter(run.filters ?? [], rootOf(a) ?? rootOf(b));
  const seed = typeof content === 'object' ? (run.seed ?? randomInt(2 ** 32)) : undefined;
  await using opened = new AsyncDisposableStack();
  const open = (side: Side, address: PlaceAddress): Promise<OpenPlace> =>
    openPlace(opened, address, around, run).catch((error: unknown) => {
      throw errorOfSide(side, error);
    });
  const [placeA, placeB] = [await open('a', a), await open('b', b)];
  // a small heap costs time while modules are being loaded, so not earlier
  around.keepHeapSmall?.();
  const summary = await checkPlaces({
    a: placeA.source,
    b: placeB.source,
    filter,
    content: typeof content === 'object' ? drawSample({ ...content, seed: seed! }) : content,
    lanes: () => Math.min(placeA.lanes(), placeB.lanes()),
    clock: systemClock,
    // looking changes nothing: there is nothing to finish, so the first signal ends it
    signal: AbortSignal.any([around.draining, around.signal]),
    onFinding: run.onFinding,
    onCounts: run.onCounts,
    onRead: run.onRead,
  });
  return { ...summary, ...(seed !== undefined && { seed }) };
}

function checkFlags({ a, b, followSymlinks }: CheckRun, around: Surroundings): void {
  checkBucketFlags([a, b], around, 'neither A nor B is');
  if (followSymlinks === true && a.kind !== 'local' && b.kind !== 'local')
    throw usageError('--follow-symlinks is for a directory, and neither A nor B is one');
}
