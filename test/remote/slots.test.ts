import { describe, expect, it } from 'vitest';
import { Slots } from '../../src/remote/slots.ts';

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

/** A job that runs until it is told to end. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { job: (): Promise<string> => promise, end: resolve, fail: reject };
}

describe('lanes', () => {
  it('run no more jobs at the same time than the limit, in the order they came', async () => {
    const lanes = new Slots(2);
    const begun: number[] = [];
    const holds = [held(), held(), held(), held()];
    const results = holds.map((hold, at) => lanes.run(() => (begun.push(at), hold.job())));
    await turns();
    expect(begun).toEqual([0, 1]);
    expect(lanes.waiting).toBe(2);
    holds[1]!.end('second');
    expect(await results[1]).toBe('second');
    await turns();
    expect(begun).toEqual([0, 1, 2]);
    for (const hold of holds) hold.end('end');
    await Promise.all(results);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('pass a failure on and go on with the next job', async () => {
    const lanes = new Slots(1);
    const failing = lanes.run(() => Promise.reject(new Error('no')));
    const next = lanes.run(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('run fewer at the same time once the limit has fallen, and more once it has risen', async () => {
    const lanes = new Slots(4);
    let running = 0;
    const holds = Array.from({ length: 12 }, held);
    const results = holds.map((hold) =>
      lanes.run(async () => {
        running++;
        await hold.job();
        running--;
      }),
    );
    await turns();
    expect(running).toBe(4);
    lanes.limit = 1;
    for (const hold of holds.slice(0, 4)) hold.end('');
    await turns();
    expect(running).toBe(1);
    lanes.limit = 3;
    await turns();
    expect(running).toBe(3);
    for (const hold of holds) hold.end('');
    await Promise.all(results);
    await lanes.run(() => Promise.resolve());
  });

  it('wake everybody who waits for room, also when those before them do not use it', async () => {
    const lanes = new Slots(1);
    const holds = [held(), held(), held()];
    const results = holds.map((hold) => lanes.run(hold.job));
    await turns();
    let resumed = 0;
    const waiting = Array.from({ length: 5 }, async () => {
      await lanes.room(1);
      resumed++;
    });
    await turns();
    expect(resumed).toBe(0);
    for (const hold of holds) hold.end('');
    await Promise.all([...results, ...waiting]);
    expect(resumed).toBe(5);
  });
});
