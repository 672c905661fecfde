import { realpathSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { CannotServe } from '../../cluster/queue/bull/batch-service.ts';
import type { Batch, BatchEnds } from '../../cluster/queue/wire/batch.ts';
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
    const { from, to, service, followSymlinks, archived } = batch;
    const key = JSON.stringify([from, to, service, followSymlinks, archived]);
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
      const source = await openSource(address, {
        s3: authority.s3,
        environment: around.environment,
        folder: around.folder,
        followSymlinks,
        archived,
        concurrency: mostLanesOf(concurrency, mostLanes),
        collectBuffers: around.collectBuffers,
      });
      opened.defer(() => source.close());
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

/** A queue that somebody else can write to must not make a worker read any file that it can. */
function checkBelow(root: string, allowed: readonly string[]): void {
  const isBelow = (folder: string): boolean => {
    try {
      const real = realpathSync(folder);
      return root === real || root.startsWith(real.endsWith(sep) ? real : real + sep);
    } catch {
      return false;
    }
  };
  if (isAbsolute(root) && allowed.some(isBelow)) return;
  throw new CannotServe(
    allowed.length === 0
      ? `it reads no directories, and ${root} is one: start it with --local DIR, where DIR holds the same files`
      : `${root} is below none of the directories that it may read (--local)`,
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
  throw new CannotServe(
    `it does not see in ${from} what was listed there: ${messageOf(latest)}; each worker needs the same directory at the same path`,
    { cause: latest, seesOthers: true },
  );
}

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
