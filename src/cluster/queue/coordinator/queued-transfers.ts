import type {
  PassTransfers,
  TakenOver,
  Transfer,
  Transferred,
  TransferPass,
} from '../../../model/cluster/transfer-executor.ts';
import type { WorkersReport } from '../../../model/cluster/workers-report.ts';
import { isSyncError, SyncError } from '../../../model/errors.ts';
import type { Clock, Source } from '../../../model/ports.ts';
import type { BatchQueue } from '../batch-queue.ts';
import type { BatchAnswer, BatchEnds } from '../wire/batch.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { Answers } from './answers.ts';
import { Fence } from './fence.ts';
import { Outstanding, type Pending } from './outstanding.ts';
import type { QueueCounts } from './queue-counts.ts';
import { Shipping } from './shipping.ts';
import { Sweep } from './sweep.ts';
import { takeOver } from './take-over.ts';

/** Milliseconds until a fence is tried again. */
const FENCE_AGAIN_MS = 500;

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
  /** The source, as it is seen from here. */
  readonly source: Pick<Source, 'check' | 'stat'>;
}

/**
 * Sends files by workers. Transfers leave in batches; the ledger alone says what is done. A batch that the broker forgets is shipped
 * again, an answer that comes again is ignored.
 */
export class QueuedTransfers implements PassTransfers {
  readonly counts: QueueCounts = { batches: 0, requests: 0, reshipped: 0, duplicates: 0, redelivered: 0 };
  readonly #options: QueuedTransfersOptions;
  readonly #outstanding = new Outstanding();
  readonly #closing = new AbortController();
  readonly #acknowledgements: Acknowledgements;
  readonly #fence: Fence;
  readonly #shipping: Shipping;
  readonly #answers: Answers;
  readonly #sweep: Sweep;
  #fencing: Promise<void> | undefined;
  #sweeping: Promise<void> | undefined;
  #failure: SyncError | undefined;
  /** What was told last of the workers. */
  #told = '';

  constructor(options: QueuedTransfersOptions) {
    this.#options = options;
    const { draining, signal, queue, run, clock } = options;
    const { signal: closing } = this.#closing;
    this.#acknowledgements = new Acknowledgements(clock, closing);
    const shared = { ...options, outstanding: this.#outstanding, counts: this.counts, closing };
    const onTrouble = (error: unknown): void => this.#trouble(error);
    this.#fence = new Fence({ queue, run, awaited: this.#outstanding });
    this.#shipping = new Shipping({
      ...shared,
      fence: this.#fence,
      isStopped: () => this.#isStopped,
      onTrouble,
    });
    this.#answers = new Answers({
      ...shared,
      acknowledgements: this.#acknowledgements,
      onFreed: () => this.#shipping.freed(),
      onAgain: (pending) => this.#sendAgain(pending),
      onRefused: ({ items }, { why, inDoubt }) => {
        const failure = this.#failed(why);
        for (const { reject } of items) reject(inDoubt ? failure.doubtful : failure.clean);
        this.#fail(failure.clean);
      },
    });
    this.#sweep = new Sweep({
      ...shared,
      fence: this.#fence,
      shipping: this.#shipping,
      hasFailed: () => this.#failure !== undefined,
      onLook: () => this.#tellProgress(),
      onTrouble,
      onFailure: (failure) => this.#fail(failure),
    });
    signal.addEventListener('abort', () => this.#giveUp(signal.reason), { signal: closing });
    draining.addEventListener('abort', () => void this.#drain(), { signal: closing });
  }

  get report(): WorkersReport {
    return { ...this.counts };
  }

  #tellProgress(): void {
    const progress = { ...this.counts, ...this.#outstanding.counts };
    const now = JSON.stringify(progress);
    if (now !== this.#told) this.#options.onWorkers(progress);
    this.#told = now;
  }

  get lanes(): number {
    return this.#shipping.lanes;
  }

  room(): Promise<void> | undefined {
    return this.#shipping.room();
  }

  get #isStopped(): boolean {
    const { draining, signal } = this.#options;
    return this.#failure !== undefined || draining.aborted || signal.aborted;
  }

  async transfer(transfer: Transfer): Promise<Transferred> {
    const { draining, signal } = this.#options;
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure.with({ inDoubt: false });
    draining.throwIfAborted();
    return new Promise((resolve, reject) => this.#shipping.add({ transfer, resolve, reject }));
  }

  #sendAgain(pending: Pending): void {
    if (this.#failure === undefined) this.#shipping.add(pending);
    else pending.reject(this.#failure.with({ inDoubt: false }));
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
    this.#sweeping ??= this.#sweep.run();
    this.#tellProgress();
    return taken;
  }

  async #take(answer: BatchAnswer): Promise<void> {
    this.#sweep.workerSeen();
    await this.#answers.take(answer);
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
    this.#tellProgress();
  }

  /** What the broker could not do. That it is away may pass; anything else ends the pass. */
  #trouble(error: unknown): void {
    const mayPass = isSyncError(error) && error.code === 'queue_unreachable';
    if (mayPass && this.#sweep.isPatient) return;
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
    this.#rejectAll({ waiting: clean, shipped: doubtful });
  }

  /** Nothing is waited for any more. */
  #giveUp(reason: unknown): void {
    this.#rejectAll({ waiting: reason, shipped: reason });
  }

  #rejectAll({ waiting, shipped }: { readonly waiting: unknown; readonly shipped: unknown }): void {
    for (const { reject } of this.#shipping.clear()) reject(waiting);
    for (const { items } of this.#outstanding.takeAll()) for (const { reject } of items) reject(shipped);
    this.#shipping.ship();
  }

  /** What nobody has begun is taken back; the rest is waited for. */
  async #drain(): Promise<void> {
    const { queue, draining } = this.#options;
    for (const { reject } of this.#shipping.clear()) reject(draining.reason);
    this.#shipping.ship();
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

const unexpected = (error: unknown): SyncError =>
  new SyncError('queue_unreachable', `the queue failed: ${String(error)}`, {
    verdict: 'end_run',
    cause: error,
  });
