import type {
  PassTransfers,
  TakenOver,
  Transfer,
  Transferred,
  TransferPass,
} from '../../../model/cluster/transfer-executor.ts';
import { isSyncError, SyncError } from '../../../model/errors.ts';
import type { Clock, Source } from '../../../model/ports.ts';
import type { BatchQueue, ShipOptions } from '../batch-queue.ts';
import type { Batch, BatchAnswer, BatchEnds } from '../wire/batch.ts';
import { fromWireError } from '../wire/wire-error.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { BATCH_FILES, BatchFormer } from './batch-former.ts';
import { Fence } from './fence.ts';
import { Outstanding } from './outstanding.ts';
import type { OutstandingBatch, Pending } from './outstanding.ts';
import { takeOver } from './take-over.ts';

/** Batches in the broker, at most, unless many workers are busy: what lies there does not grow with the number of files. */
const MOST_OUTSTANDING = 16;
/** So many batches for each that is being carried out: its worker never waits for the next one. */
const FOR_EACH_ACTIVE = 3;
/** Milliseconds that a batch waits for more files. */
const FORM_MS = 20;
/** Milliseconds between two looks at what the broker knows. */
const SWEEP_MS = 1500;
/** Milliseconds until a fence is tried again. */
const FENCE_AGAIN_MS = 500;
/** Milliseconds without an answer of the broker after which the pass ends. */
const PATIENCE_MS = 60_000;
/** Milliseconds without a worker after which a person is told. */
const NO_WORKER_MS = 10_000;
export interface QueuedTransfersOptions extends TransferPass {
  readonly queue: BatchQueue;
  readonly ends: BatchEnds;
  /** Names the pair; letters, digits, '_' and '-'. */
  readonly pair: string;
  /** Names the run; letters and digits. No other run of the pair ever had it. */
  readonly run: string;
  /** The longest time that a pass waits for a worker, in milliseconds. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  /** Rejects where the source has not this version of the file any more. */
  readonly check?: Source['check'];
}

/** Counts of one pass. */
export interface QueueCounts {
  /** Batches that the broker had forgotten, and that were shipped again. */
  reshipped: number;
  /** Answers that came again, or of batches of earlier passes. */
  duplicates: number;
  /** Answers of batches that had been delivered before. */
  redelivered: number;
}

/**
 * Sends files by workers. Transfers leave in batches; the ledger alone says what is done. A batch that the broker forgets is shipped
 * again, an answer that comes again is ignored.
 */
export class QueuedTransfers implements PassTransfers {
  readonly counts: QueueCounts = { reshipped: 0, duplicates: 0, redelivered: 0 };
  readonly #options: QueuedTransfersOptions;
  readonly #former = new BatchFormer<Pending>();
  readonly #outstanding = new Outstanding();
  readonly #acknowledgements = new Acknowledgements();
  readonly #closing = new AbortController();
  readonly #rooms: (() => void)[] = [];
  #limit = MOST_OUTSTANDING;
  #serial = 0;
  readonly #fence: Fence;
  #fencing: Promise<void> | undefined;
  #isForming = false;
  #failure: SyncError | undefined;
  #sweeping: Promise<void> | undefined;
  /** When the broker last answered, and when a worker was last there, as the clock's elapsed time. */
  #heardAt: number;
  #workerAt: number;
  #toldNoWorker = false;

  constructor(options: QueuedTransfersOptions) {
    this.#options = options;
    const { draining, signal, clock, queue, run } = options;
    this.#fence = new Fence({ queue, run, awaited: this.#outstanding });
    this.#heardAt = clock.elapsed();
    this.#workerAt = this.#heardAt;
    const { signal: closing } = this.#closing;
    signal.addEventListener('abort', () => this.#giveUp(signal.reason), { signal: closing });
    draining.addEventListener('abort', () => void this.#drain(), { signal: closing });
  }

  /** Half of what the broker may have of this pass: whoever asks has twice as many under way. */
  get lanes(): number {
    return (this.#limit * BATCH_FILES) / 2;
  }

  room(): Promise<void> | undefined {
    if (this.#isStopped || this.#free > 0) return undefined;
    return new Promise((resolve) => void this.#rooms.push(resolve));
  }

  get #isStopped(): boolean {
    const { draining, signal } = this.#options;
    return this.#failure !== undefined || draining.aborted || signal.aborted;
  }

  /** Batches that may be added. */
  get #free(): number {
    return this.#limit - this.#outstanding.size - this.#former.wholeOnes;
  }

  async transfer(transfer: Transfer): Promise<Transferred> {
    const { draining, signal } = this.#options;
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure.with({ inDoubt: false });
    draining.throwIfAborted();
    return new Promise((resolve, reject) => {
      this.#former.add({ transfer, resolve, reject });
      this.#ship();
      if (this.#former.isForming && !this.#isForming) void this.#form();
    });
  }

  /** Waits a little for more files to go with those that there are. */
  async #form(): Promise<void> {
    this.#isForming = true;
    await this.#options.clock.sleep(FORM_MS, this.#closing.signal).catch(() => undefined);
    this.#isForming = false;
    this.#ship({ endsForming: true });
  }

  settled(id: number, flush: () => void): void {
    this.#acknowledgements.settled(id, flush);
  }

  async takeOver(): Promise<TakenOver> {
    const { queue, clock, draining, signal } = this.#options;
    const stop = AbortSignal.any([draining, signal, this.#closing.signal]);
    await queue.listen(undefined);
    await this.#fence.claim();
    const taken = await takeOver({ queue, pause: (ms) => clock.sleep(ms, stop) });
    await queue.listen((answer) => this.#take(answer));
    this.#sweeping ??= this.#sweepOn();
    return taken;
  }

  async fence(): Promise<void> {
    this.#fencing ??= this.#closeFence().finally(() => (this.#fencing = undefined));
    return this.#fencing;
  }

  /** Tries for as long as the broker may come back. */
  async #closeFence(): Promise<void> {
    const { signal, clock } = this.#options;
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    const pause = (ms: number): Promise<void> => clock.sleep(ms, stop);
    while (this.#fence.isOpen && !stop.aborted) {
      if (this.#failure !== undefined) throw this.#failure.with({ inDoubt: false });
      try {
        return await this.#fence.close(pause);
      } catch (error) {
        if (stop.aborted) return;
        this.#trouble(error);
      }
      await pause(FENCE_AGAIN_MS).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    const { queue } = this.#options;
    this.#closing.abort(new Error('closed'));
    this.#acknowledgements.close();
    await this.#sweeping;
    await this.#fencing?.catch(() => undefined);
    await queue.listen(undefined).catch(() => undefined);
    await this.#fence.release().catch(() => undefined);
  }

  /** Ships as many batches as there is room for. `endsForming`: no more files come for now. */
  #ship({ endsForming = false } = {}): void {
    while (!this.#isStopped && this.#outstanding.size < this.#limit) {
      if (endsForming && this.#former.wholeOnes === 0) this.#former.end();
      const items = this.#former.take();
      if (items === undefined) break;
      this.#shipItems(items);
    }
    // a batch of those that wait, for each place
    const released = this.#isStopped ? this.#rooms.length : Math.max(0, this.#free) * BATCH_FILES;
    for (const resume of this.#rooms.splice(0, released)) resume();
  }

  #shipItems(items: readonly Pending[]): void {
    const { ends, pair } = this.#options;
    const { run } = this.#fence;
    const id = `${run}-${items[0]!.transfer.id}-${this.#serial++}`;
    const batch = { ...ends, id, pair, run, items: items.map(({ transfer }) => transfer) };
    this.#outstanding.add({ batch, items });
    this.#send(batch);
  }

  /** Whether it has arrived in the broker is for the sweep to find out. */
  #send(batch: Batch, options?: ShipOptions): void {
    this.#fence.opened();
    this.#options.queue.ship(batch, options).catch((error: unknown) => this.#trouble(error));
  }

  async #take(answer: BatchAnswer): Promise<void> {
    this.#workerAt = this.#options.clock.elapsed();
    const found = this.#outstanding.take(answer.batch);
    if (found === undefined) {
      this.counts.duplicates++;
      return;
    }
    if (answer.redelivered) this.counts.redelivered++;
    if (answer.refused !== undefined) {
      await this.#takeRefusal(found, answer, fromWireError(answer.refused));
      return;
    }
    const done = this.#tell(found, answer);
    this.#ship({ endsForming: !this.#isForming });
    await this.#acknowledgements.written(done);
  }

  /** Ends the pass, unless the files are not even here as they were listed: then that is what became of them. */
  async #takeRefusal(found: OutstandingBatch, answer: BatchAnswer, why: SyncError): Promise<void> {
    // another worker may have begun it
    const inDoubt = answer.redelivered;
    const changes = answer.seesOthers === true ? await this.#changesOf(found) : undefined;
    if (changes === undefined) {
      const failure = this.#failed(why);
      for (const { reject } of found.items) reject(inDoubt ? failure.doubtful : failure.clean);
      this.#fail(failure.clean);
      return;
    }
    for (const [at, { reject }] of found.items.entries()) {
      const change = changes[at];
      reject(inDoubt && isSyncError(change) ? change.with({ inDoubt }) : change);
    }
    this.#ship({ endsForming: !this.#isForming });
  }

  /** What the source says of each file. Undefined where it has one of them as it was listed, or cannot tell. */
  async #changesOf({ items }: OutstandingBatch): Promise<readonly unknown[] | undefined> {
    const { check, signal } = this.#options;
    if (check === undefined) return undefined;
    const changes: unknown[] = [];
    for (const { transfer } of items) {
      try {
        await check(transfer.entry, { signal });
        return undefined;
      } catch (error) {
        changes.push(error);
      }
    }
    return changes;
  }

  /** Tells everyone who waits. Returns the transfers that are done. */
  #tell({ items }: OutstandingBatch, answer: BatchAnswer): readonly number[] {
    const told = new Map(answer.outcomes.map((outcome) => [outcome.id, outcome]));
    const done: number[] = [];
    for (const pending of items) {
      const outcome = told.get(pending.transfer.id);
      if (outcome === undefined) pending.reject(untold(pending.transfer.to, answer.worker));
      else if ('error' in outcome) pending.reject(fromWireError(outcome.error));
      else {
        done.push(outcome.id);
        pending.resolve({ digest: outcome.digest, sentDigest: outcome.sentDigest });
      }
    }
    return done;
  }

  async #sweepOn(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    for (;;) {
      await clock.sleep(SWEEP_MS, signal).catch(() => undefined);
      if (signal.aborted || this.#failure !== undefined) return;
      try {
        await this.#sweep();
        this.#heardAt = clock.elapsed();
      } catch (error) {
        this.#trouble(error);
      }
    }
  }

  async #sweep(): Promise<void> {
    const { queue, clock } = this.#options;
    // also finds out whether the broker takes anything at all
    await this.#fence.reclaim();
    const asked = this.#outstanding.ids;
    if (asked.length === 0) {
      this.#workerAt = clock.elapsed();
      return;
    }
    const known = await queue.known(asked);
    for (const batch of this.#outstanding.seen(asked, known)) {
      this.counts.reshipped++;
      this.#send(batch, { again: true });
    }
    const active = await queue.active();
    if (active > 0) this.#workerAt = clock.elapsed();
    this.#limit = Math.max(MOST_OUTSTANDING, FOR_EACH_ACTIVE * active);
    this.#ship();
    this.#checkWorkers();
  }

  #checkWorkers(): void {
    const { clock, maxWaitMs, tell, queue } = this.#options;
    const waitedMs = clock.elapsed() - this.#workerAt;
    if (waitedMs >= maxWaitMs) this.#fail(noWorker(queue.name));
    if (waitedMs < NO_WORKER_MS || this.#toldNoWorker) return;
    this.#toldNoWorker = true;
    tell(`no worker takes what waits in ${queue.name}: run "stagesync worker --queue ${queue.name}"`);
  }

  /** What the broker could not do. That it is away may pass; anything else ends the pass. */
  #trouble(error: unknown): void {
    const mayPass = isSyncError(error) && error.code === 'queue_unreachable';
    if (mayPass && this.#options.clock.elapsed() - this.#heardAt < PATIENCE_MS) return;
    this.#fail(isSyncError(error) ? error : unexpected(error));
  }

  #failed(failure: SyncError): { readonly clean: SyncError; readonly doubtful: SyncError } {
    this.#failure ??= failure;
    return {
      clean: this.#failure.with({ inDoubt: false }),
      doubtful: this.#failure.with({ inDoubt: true }),
    };
  }

  /** Ends everything: what was shipped is in doubt. */
  #fail(failure: SyncError): void {
    const { clean, doubtful } = this.#failed(failure);
    for (const { reject } of this.#former.clear()) reject(clean);
    for (const { items } of this.#outstanding.takeAll()) for (const { reject } of items) reject(doubtful);
    this.#ship();
  }

  /** Nothing is waited for any more. */
  #giveUp(reason: unknown): void {
    for (const { reject } of this.#former.clear()) reject(reason);
    for (const { items } of this.#outstanding.takeAll()) for (const { reject } of items) reject(reason);
    this.#ship();
  }

  /** What nobody has begun is taken back; the rest is waited for. */
  async #drain(): Promise<void> {
    const { queue, draining } = this.#options;
    for (const { reject } of this.#former.clear()) reject(draining.reason);
    this.#ship();
    try {
      for (const id of this.#outstanding.ids) {
        if ((await queue.withdraw(id)) !== 'not_begun') continue;
        for (const { reject } of this.#outstanding.take(id)?.items ?? []) reject(draining.reason);
      }
    } catch (error) {
      this.#trouble(error);
    }
  }
}

const untold = (path: string, worker: string): SyncError =>
  new SyncError(
    'destination_unclear',
    (name) => `what became of ${name} was not told by the worker ${worker}`,
    {
      verdict: 'skip_entry',
      operation: 'upload',
      path,
      inDoubt: true,
    },
  );

const noWorker = (queue: string): SyncError =>
  new SyncError(
    'queue_unreachable',
    `no worker took what waits in ${queue} for as long as --max-wait allows: start one, "stagesync worker --queue ${queue}"; the next run goes on from there`,
    { verdict: 'end_run' },
  );

const unexpected = (error: unknown): SyncError =>
  new SyncError('queue_unreachable', `the queue failed: ${String(error)}`, {
    verdict: 'end_run',
    cause: error,
  });
