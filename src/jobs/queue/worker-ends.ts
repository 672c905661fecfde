import { isAbsolute, join } from 'node:path';
import { CannotServe } from '../../cluster/queue/bull/refusal.ts';
import type { Batch, BatchAnswer, BatchEnds } from '../../cluster/queue/wire/batch.ts';
import { fromWireError, type WireError } from '../../cluster/queue/wire/wire-error.ts';
import type { WorkerEnds } from '../../cluster/queue/worker/batch-transfers.ts';
import { messageOf } from '../../model/errors.ts';
import type { FileEntry } from '../../model/entry.ts';
import type { CallOptions } from '../../model/ports.ts';
import { OwnBandwidth } from '../../remote/bandwidth.ts';
import type { Concurrency } from '../../remote/gate/lanes.ts';
import { mostLanesOf } from '../../remote/gate/lanes.ts';
import { limited } from '../../remote/wrapped-destinations.ts';
import { systemClock } from '../../sync/clock.ts';
import { folderPath, parsePlace, parseStageAddress } from '../addresses.ts';
import type { Authority } from '../authority.ts';
import { openSource } from '../ends/open-source.ts';
import { openStage } from '../ends/open-stage.ts';
import { apiOrigin } from '../ends/stage-settings.ts';
import type { Surroundings } from '../surroundings.ts';
import { checkBelow, withinAllowed } from './readable-places.ts';

export interface WorkerEndsOptions {
  readonly around: Surroundings;
  readonly authority: Authority;
  /** Directories are read below these alone; absolute paths. */
  readonly localRoots: readonly string[];
  readonly concurrency: Concurrency;
  readonly mostLanes: number;
  readonly bytesPerSecond: number | undefined;
  readonly maxWaitMs: number;
}

/** Ends that are kept open, at most. */
const MOST_OPEN = 16;

/** `isProven`: it has seen one of the files of a batch as it was listed, and none otherwise since. */
type Opened = WorkerEnds & AsyncDisposable & { isProven: boolean };

/** Both ends of the pairs that a worker has batches of, opened by their addresses with the worker's own authority. */
export class WorkerEndsByAddress implements AsyncDisposable {
  readonly #options: WorkerEndsOptions;
  readonly #open = new Map<string, Promise<Opened>>();
  readonly #bandwidth: OwnBandwidth | undefined;

  constructor(options: WorkerEndsOptions) {
    this.#options = options;
    const { bytesPerSecond } = options;
    this.#bandwidth =
      bytesPerSecond === undefined ? undefined : new OwnBandwidth(systemClock, bytesPerSecond);
  }

  /** Rejects with CannotServe where this worker cannot open them, or does not see the files that were listed. */
  async of(batch: Batch, call: CallOptions): Promise<WorkerEnds> {
    const key = keyOf(batch);
    const known = this.#open.get(key);
    const opening = known ?? this.#openEnds(batch);
    // the latest used last
    this.#open.delete(key);
    this.#open.set(key, opening);
    try {
      const ends = await opening;
      if (!ends.isProven) await prove(ends, batch, call);
      if (known === undefined) void this.#closeOldest();
      return ends;
    } catch (error) {
      if (this.#open.get(key) === opening) this.#open.delete(key);
      if (call.signal.aborted || error instanceof CannotServe) throw error;
      throw new CannotServe(messageOf(error), { cause: error });
    }
  }

  /**
   * To be called with each answer. Where it sees some of the files otherwise than they were listed, a mount may have gone away, and has to be proven
   * again. Throws CannotServe where it sees none as it was listed: another worker may.
   */
  async checkAnswer(
    batch: Batch,
    { worker, outcomes }: Pick<BatchAnswer, 'worker' | 'outcomes'>,
  ): Promise<void> {
    const unseen = outcomes.filter((outcome) => 'error' in outcome && isUnseen(outcome.error));
    if (unseen.length === 0) return;
    const ends = await this.#open.get(keyOf(batch));
    if (ends !== undefined && !ends.source.traits.isRemote) ends.isProven = false;
    const [first] = unseen;
    if (unseen.length === outcomes.length && first !== undefined && 'error' in first)
      throw seesOthers(batch.from, fromWireError(first.error, worker));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(all.map(async (opening) => (await opening)[Symbol.asyncDispose]()));
  }

  /** Batches that use it go on with their connections until they end. */
  async #closeOldest(): Promise<void> {
    if (this.#open.size <= MOST_OPEN) return;
    const [key, opening] = this.#open.entries().next().value!;
    this.#open.delete(key);
    await opening.then((ends) => ends[Symbol.asyncDispose]()).catch(() => undefined);
  }

  async #openEnds({ from, to, service, followSymlinks, archived }: BatchEnds): Promise<Opened> {
    const { around, authority, concurrency, mostLanes, maxWaitMs, localRoots } = this.#options;
    checkService(service, apiOrigin({ ...around, authority }));
    const address = parsePlace(from, 'the source of a batch', around.folder);
    if (address.kind === 'stage') throw new CannotServe('a worker reads directories and buckets alone');
    if (address.kind === 'local') checkBelow(address.root, localRoots);
    const opened = new AsyncDisposableStack();
    try {
      const opening = await openSource(address, {
        s3: authority.s3,
        environment: around.environment,
        folder: around.folder,
        followSymlinks,
        archived,
        concurrency: mostLanesOf(concurrency, mostLanes),
        collectBuffers: around.collectBuffers,
      });
      opened.defer(() => opening.close());
      const source =
        address.kind === 'local' && followSymlinks
          ? withinAllowed(opening, address.root, localRoots)
          : opening;
      const stage = parseStageAddress(to, 'the destination of a batch');
      const { destination, gate } = await openStage(
        { ...around, authority },
        {
          address: stage,
          root: folderPath(stage),
          concurrency: mostLanesOf(concurrency, mostLanes),
          maxWaitMs,
        },
      );
      opened.defer(() => destination.close());
      return {
        source,
        destination: this.#bandwidth === undefined ? destination : limited(destination, this.#bandwidth),
        gate,
        // a bucket is one place, wherever it is read from
        isProven: address.kind === 's3',
        [Symbol.asyncDispose]: () => opened.disposeAsync(),
      };
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  }
}

/** The same ID may be another deployment at another API. */
function checkService(wanted: string, own: string): void {
  if (wanted === own) return;
  throw new CannotServe(
    `it sends to ${own}, and this batch is for ${wanted}: start it with the same --base-url`,
  );
}

/** The same path may be another directory here: one of the files has to be as it was listed. */
async function prove(ends: Opened, { items, from }: Batch, { signal }: CallOptions): Promise<void> {
  let latest: unknown;
  for (const { entry } of items) {
    try {
      await check(ends, entry, signal);
      ends.isProven = true;
      return;
    } catch (error) {
      signal.throwIfAborted();
      latest = error;
    }
  }
  throw seesOthers(from, latest);
}

const seesOthers = (from: string, cause: unknown): CannotServe =>
  new CannotServe(
    `it does not see in ${from} what was listed there: ${messageOf(cause)}; each worker needs the same files at the same place`,
    { cause, seesOthers: true },
  );

const isUnseen = ({ fact }: WireError): boolean => fact === 'changed' || fact === 'gone';

const keyOf = ({ from, to, service, followSymlinks, archived }: BatchEnds): string =>
  JSON.stringify([from, to, service, followSymlinks, archived]);

const check = async (
  { source }: Pick<WorkerEnds, 'source'>,
  entry: FileEntry,
  signal: AbortSignal,
): Promise<void> => {
  await source.check?.(entry, { signal });
};

/** Whether a flag names a directory that can be read; for messages at the start. */
export const asLocalRoot = (folder: string, cwd: string): string =>
  isAbsolute(folder) ? folder : join(cwd, folder);
