import { setTimeout as delay } from 'node:timers/promises';
import { isSyncError } from '../../../model/errors.ts';
import { BATCH } from './message-queue.ts';
import type { MessageQueue, QueueMessage } from './message-queue.ts';

export interface HeldMessagesOptions {
  readonly queue: MessageQueue;
  /** Seconds for which a message is hidden at a time. */
  readonly hideSeconds: number;
  /** Messages held at most before `room` waits. */
  readonly most: number;
  /** What a person should know: a right is missing. */
  readonly onTrouble: (error: unknown) => void;
}

export const NO_HINT = -1;

interface Held {
  handle: string;
  /** The number of the hint that it belongs to. */
  readonly hint: number;
  settled: boolean;
}

const REQUESTS_AT_ONCE = 4;
const REMOVE_ATTEMPTS = 5;
const REMOVE_PAUSE_MS = 500;
/** Milliseconds that closing may take. The queue delivers again what is not done by then. */
const CLOSE_MS = 5_000;

/** Messages that are received and not yet removed. They are kept hidden until their work is recorded. */
export class HeldMessages {
  readonly #options: HeldMessagesOptions;
  readonly #messages = new Map<string, Held>();
  readonly #closing = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #hiding: Promise<void> | undefined;
  #removing: Promise<void> | undefined;
  #newestSettled = NO_HINT;
  #onSettled: (() => void) | undefined;

  constructor(options: HeldMessagesOptions) {
    this.#options = options;
    this.#timer = setInterval(
      () => {
        this.#hiding ??= this.#hideAll().finally(() => (this.#hiding = undefined));
      },
      (options.hideSeconds * 1000) / 3,
    );
  }

  /** `hint` counts the hints that were given; one that leads to nothing belongs to `NO_HINT`. */
  add({ id, handle }: QueueMessage, hint: number): void {
    this.#messages.set(id, { handle, hint, settled: false });
  }

  /**
   * A message that is held has come once more: from now on its newest delivery counts. False when the message is not
   * held.
   */
  renew({ id, handle }: QueueMessage): boolean {
    const held = this.#messages.get(id);
    if (held !== undefined) held.handle = handle;
    return held !== undefined;
  }

  /** The work of these is recorded: they are removed from the queue. */
  settle(ids: readonly string[]): void {
    for (const id of ids) {
      const held = this.#messages.get(id);
      if (held === undefined) continue;
      held.settled = true;
      this.#newestSettled = Math.max(this.#newestSettled, held.hint);
    }
    this.#onSettled?.();
    if (this.#closing.signal.aborted) return;
    this.#removing ??= this.#removeSettled().finally(() => {
      this.#removing = undefined;
      if (this.#messages.values().some(({ settled }) => settled)) this.settle([]);
    });
  }

  /**
   * Waits until another message can be held. Those left behind by later ones are let go first: they wait for a file that
   * fails again and again, and must not keep the others from coming. They come back from the queue.
   */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#messages.size >= this.#options.most && !signal.aborted) {
      for (const [id, { hint, settled }] of this.#messages)
        if (!settled && hint < this.#newestSettled) this.#messages.delete(id);
      if (this.#messages.size < this.#options.most) return;
      const waited = new AbortController();
      await new Promise<void>((resolve) => {
        this.#onSettled = resolve;
        signal.addEventListener('abort', () => resolve(), waited);
      });
      waited.abort();
    }
  }

  /** Removes what is settled, and shows the rest to the next receiver. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const signal = AbortSignal.timeout(CLOSE_MS);
    signal.addEventListener('abort', () => this.#closing.abort(), { once: true });
    await this.#removing;
    this.#closing.abort();
    await this.#hiding;
    const handles = Array.from(this.#messages.values(), ({ handle }) => handle);
    this.#messages.clear();
    await inBatches(handles, (some) => this.#options.queue.hide(some, 0, signal)).catch(() => undefined);
  }

  async #hideAll(): Promise<void> {
    const { queue, hideSeconds, onTrouble } = this.#options;
    const { signal } = this.#closing;
    const handles = Array.from(this.#messages.values(), ({ handle }) => handle);
    try {
      await inBatches(handles, (some) => queue.hide(some, hideSeconds, signal));
    } catch (error) {
      // A message that comes again meanwhile is known by its ID.
      if (!signal.aborted) onTrouble(error);
    }
  }

  async #removeSettled(): Promise<void> {
    const { queue, onTrouble } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted;) {
      const settled = [...this.#messages].filter((each) => each[1].settled);
      if (settled.length === 0) return;
      try {
        let removed = 0;
        await inBatches(settled, async (some) => {
          const handles = some.map(([, { handle }]) => handle);
          const again = new Set(await queue.remove(handles, signal));
          for (const [at, [id]] of some.entries())
            if (!again.has(handles[at]!) && this.#messages.delete(id)) removed++;
        });
        failures = removed > 0 ? 0 : failures + 1;
      } catch (error) {
        if (signal.aborted) return;
        failures = isSyncError(error) && error.verdict === 'retry' ? failures + 1 : REMOVE_ATTEMPTS;
        if (failures >= REMOVE_ATTEMPTS) onTrouble(error);
      } finally {
        this.#onSettled?.();
      }
      if (failures >= REMOVE_ATTEMPTS) {
        // The queue delivers them again, and they are removed then.
        for (const [id] of settled) this.#messages.delete(id);
        return;
      }
      if (failures > 0) await delay(REMOVE_PAUSE_MS * failures, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function inBatches<T>(
  items: readonly T[],
  work: (some: readonly T[]) => Promise<unknown>,
): Promise<void> {
  const batches: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += BATCH) batches.push(items.slice(at, at + BATCH));
  const workers = Array.from({ length: REQUESTS_AT_ONCE }, async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) await work(batch);
  });
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
