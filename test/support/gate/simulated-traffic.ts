import type { Operation } from '../../../src/model/errors.ts';
import type { Clock } from '../../../src/model/ports.ts';
import { ConcurrencyLimit } from '../../../src/remote/gate/congestion/concurrency-limit.ts';
import type { LimitReason } from '../../../src/remote/gate/congestion/concurrency-limit.ts';
import type { Sent } from '../../../src/remote/gate/congestion/sent.ts';
import { Pacer } from '../../../src/remote/gate/pacer.ts';

export interface Asked {
  readonly operation: Operation;
  readonly bytes: number;
}

/** What a Stage does with a request that comes now. */
export interface Reply {
  readonly is: 'answered' | 'failed' | 'refused';
  /** How long it takes. */
  readonly ms: number;
  readonly retryAfterMs?: number | undefined;
}

/** A Stage in virtual time. `inFlight`: requests that it has, this one included. */
export interface StageModel {
  reply(asked: Asked, at: { readonly now: number; readonly inFlight: number }): Reply;
}

export interface TrafficOptions {
  readonly stage: StageModel;
  /** Requests one after another; `at`: when the request is there to be sent, in milliseconds. Default: at once. */
  readonly requests: readonly (Asked & { readonly at?: number })[];
  readonly concurrency?: number;
  readonly most?: number;
  readonly start?: number;
  /** The state that an earlier run left. */
  readonly untilMs?: number;
}

export interface Traffic {
  readonly ms: number;
  readonly sent: number;
  readonly refused: number;
  readonly done: number;
  /** By completion: when, its latency, and the limit then. */
  readonly answers: readonly { readonly at: number; readonly ms: number; readonly limit: number }[];
  readonly highestLimit: number;
  readonly lowestLimit: number;
  readonly limit: number;
  readonly reason: LimitReason;
  readonly perSecond: number | undefined;
}

/** Runs requests through the limit and the pace as the gate does, in virtual time. */
export function runTraffic(options: TrafficOptions): Traffic {
  const { stage, requests, concurrency, most = 256, untilMs = Infinity } = options;
  let now = 0;
  const clock: Clock = {
    now: () => now,
    elapsed: () => now,
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
    random: () => 0.5,
  };
  const limit = new ConcurrencyLimit(
    concurrency === undefined ? { least: 1, most } : { least: concurrency, most: concurrency },
    options.start,
  );
  const pacer = new Pacer(clock);
  pacer.spread = limit.spread;
  const events = new Events();
  const again: Asked[] = [];
  const answers: { at: number; ms: number; limit: number }[] = [];
  let next = 0;
  let sent = 0;
  let refused = 0;
  let waking = Infinity;
  let held = false;
  let [highestLimit, lowestLimit] = [limit.limit, limit.limit];
  const ended = (asked: Asked, reply: Reply, record: Sent): void => {
    if (reply.is === 'answered') {
      pacer.succeeded();
      answers.push({ at: now, ms: now - record.startedAt, limit: limit.limit });
      limit.answered(record, now);
    } else {
      again.push(asked);
      if (reply.is === 'failed') limit.failed(record, now);
      else {
        refused++;
        pacer.throttled(record.startedAt, reply.retryAfterMs, limit.latencyMs);
        limit.refused(record, now);
      }
    }
    pacer.spread = limit.spread;
    highestLimit = Math.max(highestLimit, limit.limit);
    lowestLimit = Math.min(lowestLimit, limit.limit);
  };
  const fill = (): void => {
    while (limit.inFlight < limit.limit) {
      const fresh = requests[next];
      const asked = again[0] ?? fresh;
      if (asked === undefined) return;
      const at = again[0] === undefined ? (fresh?.at ?? 0) : 0;
      const due = Math.max(at, now + (pacer.wait ?? 0));
      if (due > now) {
        held = at <= now;
        if (due < waking) events.add((waking = due), () => (waking = Infinity));
        return;
      }
      if (again.length > 0) again.shift();
      else next++;
      pacer.take({ held });
      held = false;
      pacer.started(now);
      const record = limit.started({ ...asked, now });
      sent++;
      const reply = stage.reply(asked, { now, inFlight: limit.inFlight });
      events.add(now + reply.ms, () => ended(asked, reply, record));
    }
  };
  fill();
  for (let event = events.next(); event !== undefined && event.at <= untilMs; event = events.next()) {
    now = event.at;
    event.run();
    fill();
  }
  return {
    ms: now,
    sent,
    refused,
    done: answers.length,
    answers,
    highestLimit,
    lowestLimit,
    limit: limit.limit,
    reason: limit.reason,
    perSecond: pacer.requestsPerSecond,
  };
}

interface Event {
  readonly at: number;
  readonly run: () => void;
}

/** A queue by time; events of one time in the order in which they were added. */
class Events {
  readonly #heap: (Event & { readonly order: number })[] = [];
  #added = 0;

  add(at: number, run: () => void): void {
    const heap = this.#heap;
    heap.push({ at, run, order: this.#added++ });
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) break;
      [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
      child = parent;
    }
  }

  next(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let parent = 0; ;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2])
        if (child < heap.length && this.#isBefore(child, least)) least = child;
      if (least === parent) return first;
      [heap[parent], heap[least]] = [heap[least]!, heap[parent]!];
      parent = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a]!, this.#heap[b]!];
    return first.at < second.at || (first.at === second.at && first.order < second.order);
  }
}
