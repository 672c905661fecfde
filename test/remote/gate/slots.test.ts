import { describe, expect, it, vi } from 'vitest';
import { Slots } from '../../../src/remote/gate/slots.ts';
import type { Priority } from '../../../src/remote/gate/attempts.ts';
import type { SlotQueue } from '../../../src/remote/gate/slots.ts';

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

const USUAL: Priority = 'normal';
const URGENT: Priority = 'urgent';

/** A queue that may use all of `limit` slots. */
function openQueue(limit: number): { readonly slots: Slots; readonly queue: SlotQueue } {
  const slots = new Slots(limit);
  return { slots, queue: slots.queue(limit) };
}

/** A job that runs until it is told to end. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { job: (): Promise<string> => promise, end: resolve, fail: reject };
}

describe('slots', () => {
  it('run no more jobs at the same time than the limit, in the order they came', async () => {
    const { queue } = openQueue(2);
    const begun: number[] = [];
    const holds = [held(), held(), held(), held()];
    const results = holds.map((hold, at) => queue.run(() => (begun.push(at), hold.job()), USUAL));
    await turns();
    expect(begun).toEqual([0, 1]);
    expect(queue.waiting).toBe(2);
    holds[1]!.end('second');
    expect(await results[1]).toBe('second');
    await turns();
    expect(begun).toEqual([0, 1, 2]);
    for (const hold of holds) hold.end('end');
    await Promise.all(results);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('pass a failure on and go on with the next job', async () => {
    const { queue } = openQueue(1);
    const failing = queue.run(() => Promise.reject(new Error('no')), USUAL);
    const next = queue.run(() => Promise.resolve('yes'), USUAL);
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('run fewer at the same time once the limit has fallen, and more once it has risen', async () => {
    const { slots, queue } = openQueue(4);
    let running = 0;
    const holds = Array.from({ length: 12 }, held);
    const results = holds.map((hold) =>
      queue.run(async () => {
        running++;
        await hold.job();
        running--;
      }, USUAL),
    );
    await turns();
    expect(running).toBe(4);
    slots.limit = 1;
    for (const hold of holds.slice(0, 4)) hold.end('');
    await turns();
    expect(running).toBe(1);
    slots.limit = 3;
    await turns();
    expect(running).toBe(3);
    for (const hold of holds) hold.end('');
    await Promise.all(results);
    await queue.run(() => Promise.resolve(), USUAL);
  });

  it('wake everybody who waits for room, also when those before them do not use it', async () => {
    const { queue } = openQueue(1);
    const holds = [held(), held(), held()];
    const results = holds.map((hold) => queue.run(hold.job, USUAL));
    await turns();
    let resumed = 0;
    const waiting = Array.from({ length: 5 }, async () => {
      await queue.room(1);
      resumed++;
    });
    await turns();
    expect(resumed).toBe(0);
    for (const hold of holds) hold.end('');
    await Promise.all([...results, ...waiting]);
    expect(resumed).toBe(5);
  });

  it('run urgent jobs of a queue before its other ones, each kind in the order it came', async () => {
    const { queue } = openQueue(1);
    const order: string[] = [];
    const first = held();
    const results = [queue.run(first.job, USUAL)];
    const add = (name: string, how: Priority): void => {
      results.push(queue.run(async () => (order.push(name), name), how));
    };
    add('a', USUAL);
    add('x', URGENT);
    add('b', USUAL);
    add('y', URGENT);
    first.end('');
    await Promise.all(results);
    expect(order).toEqual(['x', 'y', 'a', 'b']);
  });

  it('run idle jobs after all others, unless somebody waits for them', async () => {
    const { queue } = openQueue(1);
    const order: string[] = [];
    const first = held();
    const results = [queue.run(first.job, USUAL)];
    const add = (name: string, how: Priority): void => {
      results.push(queue.run(async () => (order.push(name), name), how));
    };
    add('i', 'idle');
    add('a', USUAL);
    queue.idleWaits = true;
    add('b', USUAL);
    add('j', 'idle');
    add('c', USUAL);
    queue.idleWaits = false;
    add('k', 'idle');
    add('d', USUAL);
    first.end('');
    await Promise.all(results);
    expect(order).toEqual(['a', 'i', 'b', 'j', 'c', 'd', 'k']);
  });
});

describe('several queues', () => {
  /** Queues of one-turn jobs; `order` is in which their jobs ran. */
  function queues(limit: number, own: readonly number[]) {
    const slots = new Slots(limit);
    const order: string[] = [];
    const results: Promise<unknown>[] = [];
    const opened = own.map((each) => slots.queue(each));
    const add = (at: number, name: string, how = USUAL): void => {
      const job = async (): Promise<void> => {
        order.push(name);
        await turns();
      };
      results.push(opened[at]!.run(job, how));
    };
    return { slots, opened, order, add, done: () => Promise.all(results) };
  }

  it('take turns: few jobs do not wait for all of the many', async () => {
    const { order, add, done } = queues(1, [1, 1]);
    for (let i = 0; i < 100; i++) add(0, 'big');
    for (let i = 0; i < 5; i++) add(1, 'small');
    await done();
    const last = order.lastIndexOf('small');
    expect(order.slice(order.indexOf('small'), last + 1)).toHaveLength(9);
    expect(last).toBeLessThanOrEqual(10);
  });

  it('take turns with three of them as well, and none loses its turn to one that has nothing', async () => {
    const { order, add, done } = queues(1, [1, 1, 1]);
    for (let i = 0; i < 6; i++) add(0, 'a');
    for (let i = 0; i < 3; i++) add(1, 'b');
    add(2, 'c');
    await done();
    expect(order.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c']);
    expect(order.slice(3, 7).filter((name) => name === 'b')).toHaveLength(2);
  });

  it('run an idle job only when no other job of any of them waits', async () => {
    const { opened, order, add, done } = queues(1, [1, 1]);
    add(1, 'first');
    for (let i = 0; i < 2; i++) add(0, 'idle', 'idle');
    for (let i = 0; i < 5; i++) add(1, 'usual');
    await turns();
    opened[0]!.idleWaits = true;
    await done();
    expect(order.lastIndexOf('idle')).toBeLessThan(order.lastIndexOf('usual'));
    order.length = 0;
    opened[0]!.idleWaits = false;
    add(1, 'first');
    for (let i = 0; i < 2; i++) add(0, 'idle', 'idle');
    for (let i = 0; i < 5; i++) add(1, 'usual');
    await done();
    expect(order).toEqual(['first', ...Array.from({ length: 5 }, () => 'usual'), 'idle', 'idle']);
  });

  it('an urgent job does not go before other queues’ turns', async () => {
    const { order, add, done } = queues(1, [1, 1]);
    for (let i = 0; i < 4; i++) add(0, 'urgent', URGENT);
    for (let i = 0; i < 4; i++) add(1, 'usual');
    await done();
    expect(order.indexOf('usual')).toBeLessThanOrEqual(1);
    expect(order.lastIndexOf('urgent') - order.indexOf('urgent')).toBeGreaterThanOrEqual(5);
  });

  it('each run no more of their own jobs at the same time than they may, and leave the rest to others', async () => {
    const slots = new Slots(4);
    const [narrow, wide] = [slots.queue(1), slots.queue(4)];
    const running = { narrow: 0, wide: 0 };
    const most = { narrow: 0, wide: 0, together: 0 };
    const job = (kind: 'narrow' | 'wide') => async (): Promise<void> => {
      most[kind] = Math.max(most[kind], ++running[kind]);
      most.together = Math.max(most.together, running.narrow + running.wide);
      await turns();
      running[kind]--;
    };
    const results = Array.from({ length: 20 }, () => narrow.run(job('narrow'), USUAL));
    results.push(...Array.from({ length: 40 }, () => wide.run(job('wide'), USUAL)));
    await Promise.all(results);
    expect(most).toEqual({ narrow: 1, wide: 3, together: 4 });
  });

  it('go on when one of them is taken out', async () => {
    const { slots, opened, order, add, done } = queues(1, [1, 1]);
    add(0, 'a');
    add(1, 'b');
    await done();
    slots.remove(opened[0]!);
    for (let i = 0; i < 3; i++) add(1, 'b');
    await done();
    expect(order).toEqual(['a', 'b', 'b', 'b', 'b']);
  });

  it('do not keep one that was taken out while it held jobs', async () => {
    const { slots, opened, order, add, done } = queues(1, [1, 1]);
    for (let i = 0; i < 3; i++) add(0, 'a');
    slots.remove(opened[0]!);
    await done();
    expect(order).toEqual(['a', 'a', 'a']);
    const asked = vi.spyOn(opened[0]!, 'isReady', 'get');
    add(1, 'b');
    await done();
    expect(asked).not.toHaveBeenCalled();
  });
});
