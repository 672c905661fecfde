import { randomUUID } from 'node:crypto';
import type { MessageQueue, QueueMessage } from '../../../src/sources/s3/queue/message-queue.ts';

interface Stored {
  readonly id: string;
  readonly body: string;
  /** The newest delivery; undefined while it can be received. */
  handle: string | undefined;
}

/** A queue in memory. Hidden messages come again only when a test says so, never by the clock. */
export interface MemoryQueue extends MessageQueue {
  /** Asked before every request: what it gives back is thrown instead. */
  fault: (operation: 'receive' | 'remove' | 'hide') => Error | undefined;
  /** Deliveries that removing leaves out as if SQS had failed at them. */
  stubborn: number;
  readonly closed: boolean;
  /** Requests since the beginning. */
  readonly counts: { receive: number; remove: number; hide: number };
  send(...bodies: readonly string[]): void;
  /** The time for which messages are hidden is over. */
  comeAgain(): void;
  /** Messages in the queue, hidden or not. */
  bodies(): string[];
  /** Messages that can be received now. */
  visible(): string[];
}

export function memoryQueue(): MemoryQueue {
  const stored = new Map<string, Stored>();
  let wake: (() => void) | undefined;
  let deliveries = 0;
  let closed = false;
  const enter = (operation: 'receive' | 'remove' | 'hide'): void => {
    queue.counts[operation]++;
    const error = queue.fault(operation);
    if (error !== undefined) throw error;
  };
  const showing = (): Stored[] => [...stored.values()].filter(({ handle }) => handle === undefined);
  const arrival = async (signal: AbortSignal): Promise<void> => {
    for (; showing().length === 0; signal.throwIfAborted())
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
  };
  const queue: MemoryQueue = {
    name: 'changes',
    fault: () => undefined,
    stubborn: 0,
    counts: { receive: 0, remove: 0, hide: 0 },
    get closed() {
      return closed;
    },
    async receive({ waitSeconds }, signal): Promise<readonly QueueMessage[]> {
      signal.throwIfAborted();
      enter('receive');
      if (waitSeconds > 0) await arrival(signal);
      return showing()
        .slice(0, 10)
        .map((message) => {
          message.handle = `delivery-${++deliveries}`;
          return { id: message.id, handle: message.handle, body: message.body };
        });
    },
    async remove(handles, signal) {
      signal.throwIfAborted();
      enter('remove');
      const again: string[] = [];
      for (const handle of handles) {
        const message = [...stored.values()].find((each) => each.handle === handle);
        if (message === undefined) continue;
        if (queue.stubborn > 0) {
          queue.stubborn--;
          again.push(handle);
        } else stored.delete(message.id);
      }
      return again;
    },
    async hide(handles, seconds, signal) {
      signal.throwIfAborted();
      enter('hide');
      if (seconds > 0) return;
      for (const message of stored.values())
        if (message.handle !== undefined && handles.includes(message.handle)) message.handle = undefined;
      wake?.();
    },
    close() {
      closed = true;
    },
    send(...bodies) {
      for (const body of bodies) {
        const id = randomUUID();
        stored.set(id, { id, body, handle: undefined });
      }
      wake?.();
    },
    comeAgain() {
      for (const message of stored.values()) message.handle = undefined;
      wake?.();
    },
    bodies: () => Array.from(stored.values(), ({ body }) => body),
    visible: () => showing().map(({ body }) => body),
  };
  return queue;
}
