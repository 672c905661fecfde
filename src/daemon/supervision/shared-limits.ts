import type { Clock, Destination } from '../../model/ports.ts';
import { OwnBandwidth } from '../../remote/bandwidth.ts';
import type { Gates } from '../../remote/gate/gates.ts';
import { limited } from '../../remote/wrapped-destinations.ts';
import type { Limits, LimitsChange } from '../view/daemon-view.ts';

/**
 * What all jobs of the daemon may do together, beside what each has in its own settings. Bytes are counted over all accounts;
 * requests for each account, because each account has a rate of its own.
 */
export class SharedLimits {
  readonly #gates: Gates;
  readonly #bandwidth: OwnBandwidth;
  #limits: Limits = { concurrency: 'auto', bytesPerSecond: undefined, maxRequestsPerSecond: undefined };

  constructor(gates: Gates, clock: Clock) {
    this.#gates = gates;
    this.#bandwidth = new OwnBandwidth(clock, Infinity);
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Holds from the next request, or the next bytes, on. */
  change({ concurrency, bytesPerSecond, maxRequestsPerSecond }: LimitsChange): Limits {
    const before = this.#limits;
    this.#limits = {
      concurrency: concurrency ?? before.concurrency,
      bytesPerSecond: changed(before.bytesPerSecond, bytesPerSecond),
      maxRequestsPerSecond: changed(before.maxRequestsPerSecond, maxRequestsPerSecond),
    };
    const now = this.#limits;
    this.#bandwidth.bytesPerSecond = now.bytesPerSecond ?? Infinity;
    this.#gates.restrict({
      atOnce: now.concurrency === 'auto' ? undefined : now.concurrency,
      requestsPerSecond: now.maxRequestsPerSecond,
    });
    return now;
  }

  /** The same destination, within the bandwidth of all. */
  within(destination: Destination): Destination {
    return limited(destination, this.#bandwidth);
  }
}

const changed = (before: number | undefined, change: number | null | undefined): number | undefined =>
  change === undefined ? before : (change ?? undefined);
