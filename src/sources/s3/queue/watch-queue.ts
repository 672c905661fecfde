import { setTimeout as delay } from 'node:timers/promises';
import { SyncError, isSyncError, messageOf } from '../../../model/errors.ts';
import type { RelPath } from '../../../model/path.ts';
import type { ChangeHint, Watching } from '../../../model/ports.ts';
import { HeldMessages, NO_HINT } from './held-messages.ts';
import { foldersToLookAt } from './folders-of-event.ts';
import type { WatchedPart } from './folders-of-event.ts';
import { parseNotification } from './notifications.ts';
import type { ObjectEvent } from './notifications.ts';
import { QueueOutage } from './queue-outage.ts';
import type { OutageTiming } from './queue-outage.ts';
import type { MessageQueue, QueueMessage } from './message-queue.ts';
import { SeenEvents } from './seen-events.ts';

export interface QueueTiming extends OutageTiming {
  /** How long a request waits for a message. */
  readonly waitSeconds: number;
  /** How long a message stays hidden when this process dies. */
  readonly hideSeconds: number;
  /** Milliseconds after which the same trouble is reported again, with a look at everything. */
  readonly tellEveryMs: number;
}

const TIMING: QueueTiming = {
  waitSeconds: 20,
  hideSeconds: 300,
  firstPauseMs: 1_000,
  longestPauseMs: 60_000,
  lostAfterMs: 60_000,
  pollMs: 300_000,
  tellEveryMs: 3_600_000,
};

const MOST_HELD = 10_000;
/** Messages remembered that could not be understood. */
const MOST_STRANGE = 1_000;

export interface QueueWatchOptions {
  readonly queue: MessageQueue;
  readonly part: WatchedPart;
  readonly onHint: (hint: ChangeHint) => void;
  readonly signal: AbortSignal;
  readonly timing?: Partial<QueueTiming> | undefined;
  /** Messages held at the same time. Default 10,000. */
  readonly mostHeld?: number | undefined;
}

/**
 * Hints from the bucket notifications in a queue, until closed; closes the queue too. A message is removed from the
 * queue once its hint has settled; until then it is kept hidden. A queue that cannot be read does not end the watch:
 * until it can be read again, everything is looked at now and then.
 */
export async function watchQueue(options: QueueWatchOptions): Promise<Watching> {
  const watch = new QueueWatch(options);
  await watch.start();
  return watch;
}

class QueueWatch implements Watching {
  readonly watches = 1;
  readonly #options: QueueWatchOptions;
  readonly #timing: QueueTiming;
  readonly #held: HeldMessages;
  readonly #seen = new SeenEvents();
  readonly #outage: QueueOutage;
  readonly #close = new AbortController();
  readonly #stop: AbortSignal;
  readonly #strange = new Set<string>();
  readonly #toldAt = new Map<string, number>();
  #hints = 0;
  #running: Promise<void> | undefined;

  constructor(options: QueueWatchOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#outage = new QueueOutage(this.#timing, performance.now());
    this.#stop = AbortSignal.any([options.signal, this.#close.signal]);
    this.#held = new HeldMessages({
      queue: options.queue,
      hideSeconds: this.#timing.hideSeconds,
      most: options.mostHeld ?? MOST_HELD,
      onTrouble: (error) => this.#tell(messageOf(error), messageOf(error)),
    });
  }

  get mode(): string {
    return this.#outage.lasting ? 'polling' : 'sqs';
  }

  /** The first look at the queue does not wait for messages: it tells whether the queue can be read. */
  async start(): Promise<void> {
    const pauseMs = await this.#receive(0);
    this.#running = this.#run(pauseMs);
  }

  async close(): Promise<void> {
    this.#close.abort();
    await this.#running;
    await this.#held.close();
    this.#options.queue.close();
  }

  async #run(pauseMs: number): Promise<void> {
    for (let pause = pauseMs; !this.#stop.aborted;) {
      if (pause > 0) await delay(pause, undefined, { signal: this.#stop }).catch(() => undefined);
      // After a failure the next request does not wait for messages either: it tells at once whether the queue works
      // again.
      pause = await this.#receive(pause > 0 ? 0 : this.#timing.waitSeconds);
    }
  }

  /** Receives once, and returns how long to wait before the next time, in milliseconds. */
  async #receive(waitSeconds: number): Promise<number> {
    const { queue, onHint } = this.#options;
    const { hideSeconds } = this.#timing;
    try {
      await this.#held.room(this.#stop);
      const messages = await queue.receive({ waitSeconds, hideSeconds }, this.#stop);
      const reason = this.#outage.recovered(performance.now());
      if (reason !== undefined) onHint({ everything: true, reason });
      this.#take(messages);
      return 0;
    } catch (error) {
      if (this.#stop.aborted) return 0;
      const known = isSyncError(error) ? error : unforeseen(error);
      const { pauseMs, everything } = this.#outage.failed(known, performance.now(), Math.random());
      if (everything !== undefined) onHint({ everything: true, reason: everything });
      return pauseMs;
    }
  }

  #take(messages: readonly QueueMessage[]): void {
    const { part, onHint } = this.#options;
    const hint = this.#hints++;
    const folders = new Set<RelPath>();
    const looked: ObjectEvent[] = [];
    const waiting: string[] = [];
    const done: string[] = [];
    for (const message of messages) {
      if (this.#held.renew(message)) continue;
      const { events, problem } = parseNotification(message.body);
      let matters = false;
      for (const event of events) {
        const toLookAt = this.#seen.has(event) ? [] : foldersToLookAt(event, part);
        if (toLookAt.length === 0) continue;
        matters = true;
        looked.push(event);
        for (const folder of toLookAt) folders.add(folder);
      }
      if (problem !== undefined) {
        this.#leave(message, problem);
        continue;
      }
      this.#held.add(message, matters ? hint : NO_HINT);
      (matters ? waiting : done).push(message.id);
    }
    this.#held.settle(done);
    if (folders.size === 0) return;
    onHint({
      folders: [...folders],
      settled: () => {
        for (const event of looked) this.#seen.add(event);
        this.#held.settle(waiting);
      },
    });
  }

  /** Only the queue's own dead-letter rule takes such a message away: somebody may want to see it. */
  #leave({ id }: QueueMessage, problem: string): void {
    if (this.#strange.has(id)) return;
    if (this.#strange.size >= MOST_STRANGE) this.#strange.clear();
    this.#strange.add(id);
    this.#tell(
      'strange',
      `a message in the queue ${this.#options.queue.name} cannot be understood and is left there: ${problem}`,
    );
  }

  /** Such trouble may hide changes, so everything is looked at, once for a series of the same trouble. */
  #tell(kind: string, reason: string): void {
    const now = performance.now();
    if (now - (this.#toldAt.get(kind) ?? -Infinity) < this.#timing.tellEveryMs) return;
    this.#toldAt.set(kind, now);
    this.#options.onHint({ everything: true, reason });
  }
}

const unforeseen = (error: unknown): SyncError =>
  new SyncError('source_failed', `unexpected: ${messageOf(error)}`, { verdict: 'retry', cause: error });
