import type { Clock } from '../../model/ports.ts';
import type { ByteLease } from './byte-store.ts';

/** Bytes that nobody used for so long after they were due, in milliseconds, are void. */
const VOID_AFTER_MS = 1000;

interface Taken {
  /** When the next of them is due, as the clock's elapsed time. */
  dueAt: number;
  bytes: number;
}

/** The bytes that a process has leased of a budget and not used. */
export class TakenBytes {
  readonly #clock: Clock;
  readonly #bytesPerSecond: number;
  #leases: Taken[] = [];
  /** A slice is sent whole, even where the latest lease does not hold all of it: the next one pays. */
  #owed = 0;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
  }

  get left(): number {
    const since = this.#clock.elapsed() - VOID_AFTER_MS;
    this.#leases = this.#leases.filter(({ dueAt }) => dueAt >= since);
    return this.#leases.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** `bytes` were leased by a question that was sent at `sentAt`. */
  add({ now, dueAt }: ByteLease, bytes: number, sentAt: number): void {
    const ahead = now - (sentAt + this.#clock.elapsed()) / 2;
    const lease = { dueAt: dueAt - ahead, bytes };
    this.#use(lease, Math.min(this.#owed, bytes));
    this.#owed = Math.max(0, this.#owed - bytes);
    if (lease.bytes > 0) this.#leases.push(lease);
  }

  /** Uses so many of the bytes that are left, of which there have to be some. Returns when they are due. */
  take(bytes: number): number {
    const at = this.#leases[0]!.dueAt;
    let wanted = bytes;
    for (let first = this.#leases[0]; first !== undefined && wanted > 0; first = this.#leases[0]) {
      const used = Math.min(first.bytes, wanted);
      wanted -= used;
      this.#use(first, used);
      if (first.bytes === 0) this.#leases.shift();
    }
    this.#owed += wanted;
    return at;
  }

  drop(): void {
    this.#leases = [];
    this.#owed = 0;
  }

  #use(lease: Taken, bytes: number): void {
    lease.bytes -= bytes;
    lease.dueAt += (bytes * 1000) / this.#bytesPerSecond;
  }
}
