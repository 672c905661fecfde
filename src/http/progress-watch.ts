import { REPLY_TOO_SLOW } from './codes.ts';
import { boundPassed } from './transport-error.ts';
import { duration } from '../model/quantities/duration.ts';

/** How slowly bytes may come. */
export interface ProgressLimits {
  /** At least so many bytes have to come … */
  readonly leastBytes: number;
  /** … in so many milliseconds. Time in which our own side held the bytes up does not count. */
  readonly withinMs: number;
}

/** Even ten connections that share a very slow line bring more. */
export const PROGRESS_LIMITS: ProgressLimits = { leastBytes: 16 * 1024, withinMs: 60_000 };

/** Something that bytes come through. */
export interface Flow {
  /** Bytes so far. */
  readonly received: number;
  /** Whether we hold the bytes up, because whoever reads has enough for now. */
  readonly held: boolean;
  /** Ends the flow. */
  giveUp(error: Error): void;
}

/** What `received` was at a time. */
interface Mark {
  readonly received: number;
  readonly at: number;
}

/**
 * Ends a body that comes too slowly. A body may take as long as its length needs, but not for ever, so its progress
 * decides. One timer serves all bodies: small ones are thousands a second.
 */
export class ProgressWatch {
  readonly #limits: ProgressLimits;
  readonly #flows = new Map<Flow, Mark | undefined>();
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = 0;

  /** `now` only grows, in milliseconds. */
  constructor(limits: ProgressLimits, now = (): number => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  add(flow: Flow): void {
    this.#flows.set(flow, undefined);
    if (this.#timer !== undefined) return;
    this.#lookedAt = this.#now();
    this.#timer = setInterval(() => this.#look(this.#now()), this.#limits.withinMs / 4).unref();
  }

  remove(flow: Flow): void {
    this.#flows.delete(flow);
  }

  #look(now: number): void {
    const { leastBytes, withinMs } = this.#limits;
    // After the machine was asleep or the process was busy, bytes that came have not been taken yet.
    const late = now - this.#lookedAt > withinMs / 2;
    this.#lookedAt = now;
    for (const [flow, mark] of this.#flows) {
      const { received, held } = flow;
      if (held || late) this.#flows.set(flow, undefined);
      else if (mark === undefined) this.#flows.set(flow, { received, at: now });
      else if (now - mark.at >= withinMs) {
        if (received - mark.received < leastBytes) flow.giveUp(tooSlow(this.#limits));
        else this.#flows.set(flow, { received, at: now });
      }
    }
    if (this.#flows.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const tooSlow = ({ leastBytes, withinMs }: ProgressLimits): Error =>
  boundPassed(REPLY_TOO_SLOW, `fewer than ${leastBytes} bytes came within ${duration(withinMs)}`);
