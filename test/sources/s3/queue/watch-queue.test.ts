import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import type { ChangeHint, Watching } from '../../../../src/model/ports.ts';
import { watchQueue } from '../../../../src/sources/s3/queue/watch-queue.ts';
import type { QueueTiming } from '../../../../src/sources/s3/queue/watch-queue.ts';
import { everything } from '../../../../src/filter/filter.ts';
import { memoryQueue } from '../../../support/s3/memory-queue.ts';
import type { MemoryQueue } from '../../../support/s3/memory-queue.ts';
import { TEST_EVENT, bridgeEvent, s3Event } from '../../../support/s3/s3-events.ts';

let queue: MemoryQueue;
let hints: ChangeHint[];
let watching: Watching | undefined;
beforeEach(() => {
  queue = memoryQueue();
  hints = [];
});
afterEach(async () => {
  await watching?.close();
  watching = undefined;
});

async function watch(timing: Partial<QueueTiming> = {}, mostHeld?: number): Promise<Watching> {
  watching = await watchQueue({
    queue,
    part: { bucket: 'bucket', prefix: 'in/', filter: everything },
    onHint: (hint) => hints.push(hint),
    signal: new AbortController().signal,
    timing: { firstPauseMs: 1, longestPauseMs: 2, ...timing },
    mostHeld,
  });
  return watching;
}
const put = (path: string, sequencer?: string): string =>
  s3Event('bucket', `in/${path}`, sequencer === undefined ? {} : { sequencer });
const foldersIn = (hint: ChangeHint | undefined): readonly string[] | undefined =>
  hint !== undefined && 'folders' in hint ? hint.folders : undefined;
const reasons = (): string[] => hints.flatMap((hint) => ('everything' in hint ? [hint.reason] : []));
const failure = (verdict: 'retry' | 'end_run', message = 'cannot receive messages'): SyncError =>
  new SyncError('source_failed', message, { verdict });

describe('a message', () => {
  test('names the folder of its object', async () => {
    queue.send(put('a/b c.csv'));
    expect(await watch()).toMatchObject({ mode: 'sqs', watches: 1 });
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    expect(foldersIn(hints[0])).toEqual(['a/']);
  });

  test('stays in the queue until its hint has settled, and goes then', async () => {
    await watch();
    queue.send(put('a/b'));
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    queue.send(TEST_EVENT);
    await vi.waitFor(() => expect(queue.bodies()).toEqual([put('a/b')]));
    hints[0]?.settled?.();
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]));
    hints[0]?.settled?.();
  });

  test('that is received with others gives one hint with them, each folder once', async () => {
    queue.send(put('a/1'), put('b/1'), put('a/2'), bridgeEvent('bucket', 'in/c/1'));
    await watch();
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    expect(foldersIn(hints[0])).toEqual(['a/', 'b/', 'c/']);
    hints[0]?.settled?.();
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]));
  });

  test.each([
    ['of another bucket', s3Event('other', 'in/a')],
    ['of another prefix', s3Event('bucket', 'out/a')],
    ['of S3 trying out the queue', TEST_EVENT],
    ['of no consequence', s3Event('bucket', 'in/a', { event: 'ObjectRestore:Post' })],
    ['of a name of ours', put('.stagesync-x')],
  ])('%s is removed and leads to nothing', async (_, body) => {
    await watch();
    queue.send(body);
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]));
    expect(hints).toEqual([]);
  });

  test('that comes again while it is worked on makes no second hint, and is removed by its newest delivery', async () => {
    await watch();
    queue.send(put('a/b'));
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    queue.comeAgain();
    await vi.waitFor(() => expect(queue.visible()).toEqual([]));
    queue.send(put('c/d'));
    await vi.waitFor(() => expect(hints).toHaveLength(2));
    expect(hints.map(foldersIn)).toEqual([['a/'], ['c/']]);
    for (const hint of hints) hint.settled?.();
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]));
  });

  test('about what was looked after since is removed without a look; a later one is not', async () => {
    await watch();
    queue.send(put('a/b', '02'));
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    hints[0]?.settled?.();
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]));
    queue.send(put('a/b', '02'), put('a/b', '01'));
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]));
    expect(hints).toHaveLength(1);
    queue.send(put('a/b', '03'));
    await vi.waitFor(() => expect(hints).toHaveLength(2));
  });

  test('about what is being looked after is looked after once more: the look may have been before it', async () => {
    await watch();
    queue.send(put('a/b', '02'));
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    queue.send(put('a/b', '02'));
    await vi.waitFor(() => expect(hints).toHaveLength(2));
  });

  test('that SQS fails to remove is removed by another request', async () => {
    await watch();
    queue.stubborn = 2;
    queue.send(put('a/1'), put('a/2'), put('a/3'));
    await vi.waitFor(() => expect(hints).not.toEqual([]));
    for (const hint of hints) hint.settled?.();
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]), { timeout: 5_000 });
  });

  test('that is worked on for long is not given up for others that lead to nothing', async () => {
    await watch({}, 2);
    queue.send(put('a/1'));
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    queue.send(TEST_EVENT);
    await vi.waitFor(() => expect(queue.bodies()).toHaveLength(1));
    queue.send(put('b/1'));
    await vi.waitFor(() => expect(hints).toHaveLength(2));
    await new Promise((resolve) => setImmediate(resolve));
    for (const hint of hints) hint.settled?.();
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]));
  });

  test('is kept hidden while it is worked on', async () => {
    await watch({ hideSeconds: 0.01 });
    queue.send(put('a/b'));
    await vi.waitFor(() => expect(queue.counts.hide).toBeGreaterThan(2));
    hints[0]?.settled?.();
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]));
  });
});

describe('a message that cannot be understood', () => {
  test('stays in the queue, and has everything looked at once', async () => {
    await watch();
    queue.send('no JSON');
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    expect(reasons()).toEqual([expect.stringContaining('queue changes cannot be understood')]);
    queue.comeAgain();
    queue.send('no JSON either', put('a/b'));
    await vi.waitFor(() => expect(hints).toHaveLength(2));
    expect(foldersIn(hints[1])).toEqual(['a/']);
    hints[1]?.settled?.();
    await vi.waitFor(() => expect(queue.bodies()).toEqual(['no JSON', 'no JSON either']));
  });

  test('is told of once, however often it comes', async () => {
    await watch({ tellEveryMs: 0 });
    queue.send('no JSON');
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    queue.comeAgain();
    queue.send('no JSON either');
    await vi.waitFor(() => expect(hints).toHaveLength(2));
    queue.comeAgain();
    queue.send(put('a/b'));
    await vi.waitFor(() => expect(hints.map(foldersIn)).toEqual([undefined, undefined, ['a/']]));
  });

  test('in part has the rest of it looked at', async () => {
    const { Records } = JSON.parse(put('a/b')) as { Records: unknown[] };
    queue.send(JSON.stringify({ Records: [...Records, {}] }));
    await watch();
    await vi.waitFor(() => expect(hints).toHaveLength(2));
    expect(foldersIn(hints[1])).toEqual(['a/']);
    hints[1]?.settled?.();
    expect(queue.bodies()).toHaveLength(1);
  });
});

describe('a queue that cannot be read', () => {
  test('for a moment is read again, and nothing more comes of it', async () => {
    let left = 3;
    queue.fault = (operation) => (operation === 'receive' && left-- > 0 ? failure('retry') : undefined);
    queue.send(put('a/b'));
    expect((await watch()).mode).toBe('sqs');
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    expect(foldersIn(hints[0])).toEqual(['a/']);
  });

  test('for good has everything looked at, with the reason, until it can be read', async () => {
    let denied = true;
    queue.fault = (operation) =>
      operation === 'receive' && denied ? failure('end_run', 'no right') : undefined;
    expect((await watch()).mode).toBe('polling');
    await vi.waitFor(() => expect(queue.counts.receive).toBeGreaterThan(3));
    expect(reasons()).toEqual([expect.stringMatching(/^no right; until it works everything is looked at/)]);
    denied = false;
    await vi.waitFor(() => expect(watching?.mode).toBe('sqs'));
    expect(reasons()).toHaveLength(2);
    queue.send(put('a/b'));
    await vi.waitFor(() => expect(foldersIn(hints[2])).toEqual(['a/']));
  });

  test('has everything looked at again and again', async () => {
    queue.fault = () => failure('end_run');
    await watch({ pollMs: 5 });
    await vi.waitFor(() => expect(reasons().length).toBeGreaterThan(2));
  });

  test('for longer than it may keep messages has everything looked at afterwards', async () => {
    let down = true;
    queue.fault = (operation) => (operation === 'receive' && down ? failure('retry') : undefined);
    await watch({ lostAfterMs: 20 });
    await vi.waitFor(() => expect(watching?.mode).toBe('polling'));
    down = false;
    await vi.waitFor(() => expect(reasons().at(-1)).toMatch(/may have lost messages/));
  });
});

describe('a missing right', () => {
  test('to remove messages is told once', async () => {
    queue.fault = (operation) =>
      operation === 'remove' ? failure('end_run', 'no right to remove') : undefined;
    await watch();
    queue.send(TEST_EVENT);
    await vi.waitFor(() => expect(reasons()).toEqual(['no right to remove']));
    queue.send(TEST_EVENT, put('a/b'));
    await vi.waitFor(() => expect(hints.some((hint) => foldersIn(hint)?.includes('a/'))).toBe(true));
    expect(reasons()).toEqual(['no right to remove']);
  });

  test('to hide messages is told, and the work goes on', async () => {
    queue.fault = (operation) => (operation === 'hide' ? failure('end_run', 'no right to hide') : undefined);
    await watch({ hideSeconds: 0.01 });
    queue.send(put('a/b'));
    await vi.waitFor(() => expect(reasons()).toEqual(['no right to hide']));
    hints[0]?.settled?.();
    await vi.waitFor(() => expect(queue.bodies()).toEqual([]));
  });
});

describe('closing', () => {
  test('shows what has not settled to the next receiver, and removes what has', async () => {
    await watch();
    queue.send(put('a/1'));
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    queue.send(put('b/1'));
    await vi.waitFor(() => expect(hints).toHaveLength(2));
    hints[1]?.settled?.();
    await watching?.close();
    expect(queue.bodies()).toEqual([put('a/1')]);
    expect(queue.visible()).toEqual([put('a/1')]);
    expect(queue.closed).toBe(true);
    hints[0]?.settled?.();
    queue.send(put('c/1'));
    expect(queue.visible()).toHaveLength(2);
  });

  test('ends a wait for messages, and one after a failure', async () => {
    await (await watch()).close();
    queue.fault = () => failure('retry');
    await (await watch({ firstPauseMs: 1e6, longestPauseMs: 1e6 })).close();
    const { receive } = queue.counts;
    queue.send(put('a/b'));
    expect(queue.counts.receive).toBe(receive);
    expect(hints).toEqual([]);
  });

  test('is not held up by a queue that fails', async () => {
    queue.send(put('a/b'));
    await watch();
    await vi.waitFor(() => expect(hints).toHaveLength(1));
    queue.fault = () => failure('retry');
    await watching?.close();
    expect(queue.closed).toBe(true);
  });
});
