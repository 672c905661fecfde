import { setTimeout as sleep } from 'node:timers/promises';
import { runBatch } from './batch.ts';
import type { BatchOutcome } from './batch.ts';
import type { Leadership } from './leadership.ts';
import type { PipelineContext } from './pipeline-context.ts';
import type { Pipeline } from './pipeline-store.ts';
import { scanStage } from './scan.ts';

/** Milliseconds. How often a process looks whether another one has started a pipeline, or has ended. */
const LOOK_MS = 250;
export const DEFAULT_BATCH_INTERVAL = 2500;
const DEFAULT_PARTITIONS = 8;
/** The longest wait before a batch is repeated. */
const LONGEST_RETRY_MS = 10_000;

/**
 * Runs the pipelines of one group whose state is Running, each by itself, for as long as this process is the one that may. They
 * are followed through the catalog, so that it does not matter which process starts or stops them.
 */
export class PipelineRunner {
  readonly #context: PipelineContext;
  readonly #leadership: Leadership;
  readonly #running = new Map<number, Promise<void>>();
  #wake = Promise.withResolvers<void>();
  readonly #following: Promise<void>;
  readonly #onLook: () => void;

  /** `onLook` is called every now and then. */
  constructor(context: PipelineContext, leadership: Leadership, onLook: () => void) {
    this.#context = context;
    this.#onLook = onLook;
    this.#leadership = leadership;
    this.#following = this.#follow();
  }

  /** Pipelines were changed: what follows from it begins at once. */
  changed(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  /** Settles when nothing runs any more; to be called after the signal of the context has aborted. */
  async settled(): Promise<void> {
    await this.#following;
    await Promise.all(this.#running.values());
  }

  async #follow(): Promise<void> {
    const { signal, pipelines, connection, log } = this.#context;
    while (!signal.aborted) {
      this.#onLook();
      const wasLeader = this.#leadership.isHeld;
      if (this.#leadership.take()) {
        if (!wasLeader) await connection.transaction(() => log.cancelAll());
        for (const { id, state } of pipelines.list())
          if (state === 'Running' && !this.#running.has(id)) this.#begin(id);
      }
      await this.#rest(LOOK_MS);
    }
  }

  #begin(id: number): void {
    const run = this.#run(id)
      .catch(() => undefined)
      .finally(() => this.#running.delete(id));
    this.#running.set(id, run);
  }

  async #run(id: number): Promise<void> {
    const { pipelines, signal, isActive, behaviour, connection } = this.#context;
    for (let batches = 0; !signal.aborted;) {
      const pipeline = pipelines.get(id);
      if (pipeline?.state !== 'Running') return;
      const stopsAfter = behaviour().pipelineStopsAfter;
      if (stopsAfter !== null && batches >= stopsAfter) {
        await connection.transaction(() => pipelines.setState(id, 'Error'));
        return;
      }
      const outcome = isActive()
        ? await nextBatch(this.#context, pipeline, { isForeground: false })
        : undefined;
      if (outcome !== undefined) batches++;
      if (outcome === undefined) await this.#rest(pipeline.options.batchInterval ?? DEFAULT_BATCH_INTERVAL);
      else if (outcome.is === 'failed') await pauseBeforeRetry(this.#context, pipeline);
    }
  }

  /** Less when something changes, or when the emulator closes. */
  async #rest(ms: number): Promise<void> {
    const { signal } = this.#context;
    const over = new AbortController();
    const time = sleep(ms, undefined, { signal: AbortSignal.any([signal, over.signal]), ref: false });
    await Promise.race([time.catch(() => undefined), this.#wake.promise]);
    over.abort();
  }
}

/** Looks at the Stage when no file waits, and loads what waits then. Undefined: there was nothing to load. */
export async function nextBatch(
  context: PipelineContext,
  pipeline: Pipeline,
  how: { isForeground: boolean },
): Promise<BatchOutcome | undefined> {
  const { pipelines } = context;
  const most = pipeline.options.maxPartitionsPerBatch ?? DEFAULT_PARTITIONS;
  if (pipelines.unloaded(pipeline.id, 1).length === 0) await scanStage(context, pipeline);
  const files = pipelines.unloaded(pipeline.id, Math.max(1, most));
  return files.length === 0 ? undefined : runBatch(context, pipeline, files, how);
}

/** Twice as long for each batch that failed before. */
export async function pauseBeforeRetry(
  { pipelines, behaviour, signal }: PipelineContext,
  { id }: Pipeline,
): Promise<void> {
  const attempts = Math.max(1, ...pipelines.unloaded(id, DEFAULT_PARTITIONS).map((file) => file.attempts));
  const ms = Math.min(LONGEST_RETRY_MS, behaviour().batchRetryMs * 2 ** (attempts - 1));
  await sleep(ms, undefined, { signal });
}
