import type { Clock } from '../../model/ports.ts';
import { Bandwidth, OwnBandwidth, SLICE_BYTES } from '../../remote/bandwidth.ts';
import type { ByteStore } from './byte-store.ts';
import { TakenBytes } from './taken-bytes.ts';

export interface SharedBandwidthOptions {
  readonly store: ByteStore;
  readonly clock: Clock;
  /** Of this process; random. */
  readonly user: string;
  /** Of all users together. */
  readonly bytesPerSecond: number;
  /** What bytes and turns of a budget have in common. */
  readonly contact: BudgetContact;
}

/** Whether a budget is reached: a process that does not reach it goes on alone, with its turns and with its bytes. */
export interface BudgetContact {
  /** A question has failed. */
  lost(): void;
  /** Looks, once in a while, whether it is there again. */
  lookAgain(): void;
}

/**
 * One lease is what the rate lets through in so many milliseconds: ten questions a second, of all users together, whatever the
 * rate is. Where a question takes long, leases are longer, so that the next one is there in time.
 */
const LEASE_MS = { least: 100, most: 1000 };

/**
 * The bytes a second of all processes that share a budget. Each leases some ahead of those that wait for them. While the budget
 * cannot be reached, each keeps to its share: the rate through the processes that leased lately.
 */
export class SharedBandwidth extends Bandwidth {
  readonly #options: SharedBandwidthOptions;
  readonly #taken: TakenBytes;
  #alone: OwnBandwidth | undefined;
  #users = 1;
  #questionMs = 0;
  /** What the latest question asked for. */
  #leased = 0;
  #question: Promise<void> | undefined;

  constructor(options: SharedBandwidthOptions) {
    super();
    this.#options = options;
    this.#taken = new TakenBytes(options.clock, options.bytesPerSecond);
  }

  get bytesPerSecond(): number {
    return this.#options.bytesPerSecond;
  }

  /** Bytes a second of this process, where each user has the same part. */
  get share(): number {
    return this.#options.bytesPerSecond / this.#users;
  }

  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const { clock, contact } = this.#options;
    while (this.#alone === undefined && this.#taken.left <= 0) await orAborted(this.#ask(), signal);
    if (this.#alone !== undefined) {
      contact.lookAgain();
      return this.#alone.take(bytes, signal);
    }
    const waitMs = this.#taken.take(bytes) - clock.elapsed();
    if (this.#taken.left <= this.#leased / 2) void this.#ask();
    if (waitMs > 0) await clock.sleep(waitMs, signal);
  }

  /** The budget is not reached. */
  goAlone(): void {
    this.#taken.drop();
    this.#alone ??= new OwnBandwidth(this.#options.clock, this.share);
  }

  /** The budget is reached again. */
  comeBack(): void {
    this.#alone = undefined;
  }

  #ask(): Promise<void> {
    this.#question ??= this.#lease().finally(() => (this.#question = undefined));
    return this.#question;
  }

  async #lease(): Promise<void> {
    const { store, clock, user, bytesPerSecond, contact } = this.#options;
    const sentAt = clock.elapsed();
    const ms = Math.min(LEASE_MS.most, Math.max(LEASE_MS.least, this.#questionMs * 2));
    const bytes = Math.max(SLICE_BYTES, Math.round((bytesPerSecond * ms) / 1000));
    try {
      const lease = await store.lease({ user, bytes, bytesPerSecond });
      this.#users = lease.users;
      this.#leased = bytes;
      this.#questionMs = clock.elapsed() - sentAt;
      if (this.#alone === undefined) this.#taken.add(lease, bytes, sentAt);
    } catch {
      contact.lost();
    }
  }
}

/** Settles as the work does, or rejects when the signal is aborted first. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const stop = Promise.withResolvers<never>();
  const abort = (): void => stop.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([work, stop.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
