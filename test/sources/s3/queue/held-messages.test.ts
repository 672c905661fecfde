import { afterEach, expect, test, vi } from 'vitest';
import { HeldMessages, NO_HINT } from '../../../../src/sources/s3/queue/held-messages.ts';
import { memoryQueue } from '../../../support/s3/memory-queue.ts';

const signal = new AbortController().signal;
let held: HeldMessages | undefined;
afterEach(() => held?.close());

const hold = (most: number): HeldMessages =>
  (held = new HeldMessages({
    queue: memoryQueue(),
    hideSeconds: 300,
    most,
    onTrouble: (error) => expect.unreachable(String(error)),
  }));
const message = (id: string): { id: string; handle: string; body: string } => ({ id, handle: id, body: '' });

/** Whether there is room, after everything that is due now has happened. */
async function hasRoom(messages: HeldMessages): Promise<boolean> {
  let room = false;
  void messages.room(signal).then(() => (room = true));
  await new Promise((resolve) => setImmediate(resolve));
  return room;
}

test('there is room again when messages were removed', async () => {
  const messages = hold(2);
  messages.add(message('a'), 0);
  expect(await hasRoom(messages)).toBe(true);
  messages.add(message('b'), 0);
  expect(await hasRoom(messages)).toBe(false);
  const room = messages.room(signal);
  messages.settle(['a', 'b']);
  await room;
  expect(messages.renew(message('a'))).toBe(false);
});

test('a wait for room ends with the signal', async () => {
  const messages = hold(1);
  messages.add(message('a'), 0);
  const stop = new AbortController();
  const room = messages.room(stop.signal);
  stop.abort();
  await room;
  expect(messages.renew(message('a'))).toBe(true);
});

test('messages whose hint does not settle, while later ones do, make room', async () => {
  const messages = hold(3);
  messages.add(message('stuck'), 0);
  messages.add(message('done'), 1);
  messages.settle(['done']);
  await vi.waitFor(() => expect(messages.renew(message('done'))).toBe(false));
  messages.add(message('new'), 2);
  messages.add(message('newer'), 2);
  expect(await hasRoom(messages)).toBe(true);
  expect(['stuck', 'new', 'newer'].map((id) => messages.renew(message(id)))).toEqual([false, true, true]);
});

test('messages that lead to nothing settle before the others, and push none of them out', async () => {
  const messages = hold(2);
  messages.add(message('waiting'), 0);
  messages.add(message('nothing'), NO_HINT);
  messages.settle(['nothing']);
  await vi.waitFor(() => expect(messages.renew(message('nothing'))).toBe(false));
  messages.add(message('more'), 1);
  expect(await hasRoom(messages)).toBe(false);
});
