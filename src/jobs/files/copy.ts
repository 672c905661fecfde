import { openFileLimit } from '../../disk/open-files.ts';
import { systemClock } from '../../sync/clock.ts';
import { copyFiles } from '../../files/copy/copy-files.ts';
import type { CopyOrigin } from '../../files/copy/copy-origin.ts';
import { stepsOf } from '../../files/copy/copy-steps.ts';
import type { CopyResult, CopySummary } from '../../files/copy/copy-step.ts';
import { FoundFiles } from '../../files/copy/found-files.ts';
import type { OnRead } from '../../files/copy/observed-content.ts';
import { resolvedAhead } from '../../files/globs/resolved-ahead.ts';
import type { FilterRule } from '../../filter/filter-rules.ts';
import { isSyncError, SyncError } from '../../model/errors.ts';
import { NOTHING_FOLDED } from '../../model/name-folding.ts';
import type { Destination } from '../../model/ports.ts';
import type { EventListener } from '../../model/events.ts';
import type { ListedFiles } from '../../sync/compare/listing-ahead.ts';
import type { Concurrency } from '../../remote/gate/lanes.ts';
import { formatAddress, parsePlace, type Address, type PlaceAddress } from '../addresses.ts';
import { checkBucketSettings } from '../check-job.ts';
import { checkBucketFlags } from '../ends/open-place.ts';
import { OpenStages } from '../ends/open-stages.ts';
import { surroundingsFor, type CallOptions } from '../sync.ts';
import type { Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-errors.ts';
import { CopyOrigins, problemWith, type ResolvedSource } from './copy-origins.ts';
import { openCopyTarget } from './copy-target.ts';

/** How files are copied. */
export interface CopySettings {
  /** Folders with all that is in them. Default: false, a folder is a failure. */
  readonly recursive?: boolean | undefined;
  /** Whether a file with another content is replaced. Default: false, it stays, and that is a failure. */
  readonly overwrite?: boolean | undefined;
  /**
   * Which files count as there already. `content`, the default: those of the same bytes; both are read, unless their sizes differ or
   * the file is a copy of the same size and time that was made before. `size`: also those of one size that are not older.
   */
  readonly compare?: 'content' | 'size' | undefined;
  /** To a Stage: each file is sent under a hidden name, and gets its own by a move. Default: false. */
  readonly atomic?: boolean | undefined;
  /** Rules in their order, for what lies in folders. */
  readonly filters?: readonly FilterRule[] | undefined;
  /** Links in folders are followed. Default: false, they are left out; a link that is named itself is followed. */
  readonly followSymlinks?: boolean | undefined;
  /**
   * What is done with archived objects of a bucket that are not restored. `report`, the default: each is a failure; `ignore`: they are
   * left out in silence; `transfer`: they are read all the same.
   */
  readonly archived?: 'report' | 'ignore' | 'transfer' | undefined;
  /** Keys in a page of a bucket's listing, at most 1,000. Default: as many as the server gives. */
  readonly pageSize?: number | undefined;
  /** Stage requests at the same time. Default: 'auto'. */
  readonly concurrency?: Concurrency | undefined;
  /** Milliseconds. See --max-wait. */
  readonly maxWaitMs?: number | undefined;
}

export interface CopyOptions
  extends
    CopySettings,
    Pick<CallOptions, 'authority' | 'environment' | 'folder' | 'dryRun' | 'draining' | 'signal'> {
  /** Files, folders and patterns. */
  readonly from: string | Address | readonly (string | Address)[];
  readonly to: string | Address;
  /** Hears what became of each file, in the order in which they end. */
  readonly onResult?: ((result: CopyResult) => void) | undefined;
}

/**
 * Copies files between this machine and a Stage, from a bucket to either, and from one Stage to another, as `stagesync cp` does.
 * Resolves with what became of them; one that cannot be copied does not stop the others. Rejects with a SyncError where a place
 * cannot be reached, or an address is wrong, and with `interrupted` where it was stopped before the first file or at once.
 */
export async function copy(options: CopyOptions): Promise<CopySummary> {
  const { from, to, onResult = () => undefined, ...rest } = options;
  const { authority, environment, folder, dryRun, draining, signal, ...settings } = rest;
  const around = surroundingsFor({ authority, environment, folder, dryRun, draining, signal });
  const text = (address: string | Address): string =>
    typeof address === 'string' ? address : formatAddress(address);
  const texts = (isList(from) ? from : [from]).map(text);
  try {
    return await runCopy({ from: texts, to: text(to), ...settings, onResult }, around);
  } catch (error) {
    if (!around.draining.aborted || isSyncError(error)) throw error;
    throw interrupted(error);
  }
}

const interrupted = (cause: unknown): SyncError =>
  new SyncError('interrupted', 'interrupted; copy it again to go on', { verdict: 'end_run', cause });

const isList = (from: CopyOptions['from']): from is readonly (string | Address)[] => Array.isArray(from);

export interface CopyRun extends CopySettings {
  readonly from: readonly string[];
  readonly to: string;
  readonly onResult: (result: CopyResult) => void;
  /** Hears of bytes that were read of a file. */
  readonly onRead?: OnRead | undefined;
  /** Hears of what there is to copy, which is found out ahead for that. */
  readonly onFound?: ((found: ListedFiles) => void) | undefined;
  /** Hears of retries and of the pace. */
  readonly onEvent?: EventListener | undefined;
}

/** Addresses that are looked at ahead. */
const AHEAD = 16;

/** The same in surroundings that are known. */
export async function runCopy(run: CopyRun, around: Surroundings): Promise<CopySummary> {
  const { from, concurrency = 'auto', overwrite = false, compare = 'content' } = run;
  const to = parsePlace(run.to, 'DEST', around.folder);
  checkAddresses(run, to, around);
  await using opened = new AsyncDisposableStack();
  const { maxWaitMs, onEvent } = run;
  const stages = new OpenStages(opened, around, { concurrency, maxWaitMs, onEvent });
  let label: string | undefined;
  let folding: Destination['folding'];
  const origins = new CopyOrigins({
    opened,
    around,
    stages,
    recursive: run.recursive === true,
    followSymlinks: run.followSymlinks === true,
    filters: run.filters ?? [],
    concurrency,
    archived: run.archived,
    pageSize: run.pageSize,
    targetLabel: () => label,
    folding: async () => (around.dryRun ? undefined : await folding?.()) ?? NOTHING_FOLDED,
  });
  const first = from.length === 1 ? await origins.resolve(from[0]!) : undefined;
  const single = first?.isPattern === false ? await firstOf(first.origins) : undefined;
  const collect = to.kind === 'local' ? around.collectBuffers?.() : undefined;
  const open = await openCopyTarget(opened, {
    to,
    text: run.to,
    single,
    stages,
    around,
    atomic: run.atomic === true,
    onRead(file) {
      collect?.(file.bytes);
      run.onRead?.(file);
    },
  });
  ({ label, folding } = open);
  around.keepHeapSmall?.();
  const all = first === undefined ? eachOf(origins, from) : first.origins;
  const found = run.onFound && new FoundFiles(run.onFound);
  const signal = AbortSignal.any([around.draining, around.signal]);
  return await copyFiles({
    steps: stepsOf(inSteps(all), { goal: open.goal, signal, found }),
    target: open.target,
    addressOf: open.addressOf,
    overwrite,
    compare,
    dryRun: around.dryRun,
    lanes: open.lanes ?? (() => origins.lanes()),
    // a listing of a large folder is made where it stands for many looks: with few files under way each has its own
    leastTasks:
      to.kind === 'local' ? Math.min(READ_AT_ONCE, Math.floor((openFileLimit() ?? 1024) / 4)) : undefined,
    clock: systemClock,
    draining: around.draining,
    signal: around.signal,
    onResult: run.onResult,
  });
}

/** Each has its partial file open. */
const READ_AT_ONCE = 512;

function checkAddresses(
  { from, atomic, archived, pageSize }: CopyRun,
  to: PlaceAddress,
  around: Surroundings,
): void {
  if (from.length === 0) throw usageError('name what is copied, and where to: cp SRC… DEST');
  if (to.kind === 's3')
    throw usageError('DEST is a bucket, and S3 is only read: name a Stage or a local path');
  const sources = from.map((text) => parsePlace(text, 'SRC', around.folder));
  checkBucketFlags(sources, around, 'no SRC is');
  const hasBucket = sources.some(({ kind }) => kind === 's3');
  checkBucketSettings({ archived, pageSize }, hasBucket ? undefined : 'no SRC is one');
  if (to.kind === 'local' && sources.every(({ kind }) => kind === 'local'))
    throw usageError(
      'SRC and DEST are both on this machine: use the cp of the system, or write a Stage as stage://DEPLOYMENT/PATH',
    );
  if (to.kind === 'local' && sources.some(({ kind }) => kind === 'local'))
    throw usageError('a SRC and DEST are both on this machine: copy that one with the cp of the system');
  if (atomic === true && to.kind === 'local')
    throw usageError('--atomic is for a Stage: a local file gets its name when it is whole in any case');
}

async function firstOf(origins: ResolvedSource['origins']): Promise<CopyOrigin | undefined> {
  for await (const origin of origins) return origin;
  return undefined;
}

async function* eachOf(origins: CopyOrigins, from: readonly string[]): AsyncGenerator<CopyOrigin, void> {
  const resolve = async (text: string): Promise<ResolvedSource['origins']> => {
    try {
      return (await origins.resolve(text)).origins;
    } catch (error) {
      const problem = problemWith(text, error);
      if (problem === undefined) throw error;
      return [problem];
    }
  };
  for await (const each of resolvedAhead(from, resolve, () => AHEAD)) yield* each;
}

async function* inSteps(origins: ResolvedSource['origins']): AsyncGenerator<CopyOrigin, void> {
  yield* origins;
}
