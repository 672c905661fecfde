import { SyncError } from '../../../model/errors.ts';
import type { Clock } from '../../../model/ports.ts';
import type { BatchQueue } from '../batch-queue.ts';
import type { Fence } from './fence.ts';
import type { Outstanding } from './outstanding.ts';
import type { QueueCounts } from './queue-counts.ts';
import type { Shipping } from './shipping.ts';

/** Milliseconds between two looks at what the broker knows. */
const SWEEP_MS = 1500;
/** Milliseconds without an answer of the broker after which the pass ends. */
const PATIENCE_MS = 60_000;
/** Milliseconds without a worker after which a person is told. */
const NO_WORKER_MS = 10_000;

export interface SweepOptions {
  readonly queue: Pick<BatchQueue, 'name' | 'known' | 'active'>;
  readonly fence: Pick<Fence, 'reclaim'>;
  readonly shipping: Pick<Shipping, 'send' | 'setActive'>;
  readonly outstanding: Outstanding;
  readonly counts: QueueCounts;
  readonly clock: Clock;
  /** The longest time that a pass waits for a worker, in milliseconds. */
  readonly maxWaitMs: number;
  /** Aborted when the pass has ended. */
  readonly closing: AbortSignal;
  readonly tell: (message: string) => void;
  /** The broker was just looked at. */
  readonly onLook: () => void;
  /** The pass has failed: there is nothing more to look after. */
  readonly hasFailed: () => boolean;
  readonly onTrouble: (error: unknown) => void;
  readonly onFailure: (failure: SyncError) => void;
}

/** Looks now and then at what the broker knows: ships again what it has forgotten, and notices that there is no worker. */
export class Sweep {
  readonly #options: SweepOptions;
  /** When the broker last answered, and when a worker was last there, as the clock's elapsed time. */
  #heardAt: number;
  #workerAt: number;
  #toldNoWorker = false;

  constructor(options: SweepOptions) {
    this.#options = options;
    this.#heardAt = options.clock.elapsed();
    this.#workerAt = this.#heardAt;
  }

  /** Whether a broker that does not answer may still be waited for. */
  get isPatient(): boolean {
    return this.#options.clock.elapsed() - this.#heardAt < PATIENCE_MS;
  }

  /** A worker has told something. */
  workerSeen(): void {
    this.#workerAt = this.#options.clock.elapsed();
  }

  /** Resolves when the pass has ended. */
  async run(): Promise<void> {
    const { clock, closing, hasFailed, onTrouble, onLook } = this.#options;
    for (;;) {
      await clock.sleep(SWEEP_MS, closing).catch(() => undefined);
      if (closing.aborted || hasFailed()) return;
      try {
        await this.#sweep();
        this.#heardAt = clock.elapsed();
        onLook();
      } catch (error) {
        onTrouble(error);
      }
    }
  }

  async #sweep(): Promise<void> {
    const { queue, fence, outstanding, shipping, counts } = this.#options;
    // also finds out whether the broker takes anything at all
    await fence.reclaim();
    const asked = outstanding.ids;
    if (asked.length === 0) {
      this.workerSeen();
      return;
    }
    const known = await queue.known(asked);
    for (const batch of outstanding.seen(asked, known)) {
      counts.reshipped++;
      shipping.send(batch, { again: true });
    }
    const active = await queue.active();
    if (active > 0) this.workerSeen();
    shipping.setActive(active);
    this.#checkWorkers();
  }

  #checkWorkers(): void {
    const { clock, maxWaitMs, tell, queue, onFailure } = this.#options;
    const waitedMs = clock.elapsed() - this.#workerAt;
    if (waitedMs >= maxWaitMs) onFailure(noWorker(queue.name));
    if (waitedMs < NO_WORKER_MS || this.#toldNoWorker) return;
    this.#toldNoWorker = true;
    tell(`no worker takes what waits in ${queue.name}: run "stagesync worker --queue ${queue.name}"`);
  }
}

const noWorker = (queue: string): SyncError =>
  new SyncError(
    'queue_unreachable',
    `no worker took what waits in ${queue} for as long as --max-wait allows: start one, "stagesync worker --queue ${queue}"; the next run goes on from there`,
    { verdict: 'end_run' },
  );
