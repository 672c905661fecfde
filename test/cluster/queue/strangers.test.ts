import { Queue } from 'bullmq';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  queueOptions,
  resultsQueue,
  runKey,
  transfersQueue,
  workersKey,
} from '../../../src/cluster/queue/bull/keys.ts';
import { toWire, WIRE, type BatchAnswer } from '../../../src/cluster/queue/wire/batch.ts';
import { answerOf, BATCH, queueOfOne } from '../../support/cluster/one-batch.ts';
import { HAS_REDIS, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

const PATIENCE = { timeout: 30_000, interval: 20 };

async function opened() {
  const world = await queueOfOne();
  await world.queue.claim('run');
  const client = world.client();
  const queueOf = (name: string): Queue => {
    const queue = new Queue(name, queueOptions(client));
    onTestFinished(() => queue.close());
    return queue;
  };
  return { ...world, client, queueOf };
}

describe.runIf(HAS_REDIS)('whoever can write to the queue', () => {
  test('makes no worker stumble: what is no batch is dropped and told, and the next batch is carried out', async () => {
    const { queue, worker, queueOf } = await opened();
    const strange = queueOf(transfersQueue('d'));
    const wire = { ...toWire(BATCH, 'in/'), again: false, life: 'x' };
    const options = { attempts: 1_000_000, removeOnComplete: true };
    await strange.add('pair', { wire: WIRE, items: 'none' }, { ...options, jobId: 'one' });
    await strange.add('pair', { ...wire, items: [[1, '../up', 1, 'v', null, '', null, null, 0]] }, options);
    await strange.add('pair', { ...wire, to: 'stage://other/in/' }, { ...options, jobId: BATCH.id });
    await strange.add('pair', 'a text', options);
    await queue.ship({ ...BATCH, id: 'run-2-1' });
    const told = vi.fn<(why: string) => void>();
    const carried = vi.fn<() => Promise<BatchAnswer>>(() =>
      Promise.resolve({ ...answerOf('w'), batch: 'run-2-1' }),
    );
    worker('w', carried, { onStrange: told });
    await vi.waitFor(async () => expect(await queue.answers()).toHaveLength(1), PATIENCE);
    expect(carried).toHaveBeenCalledTimes(1);
    expect(told).toHaveBeenCalledTimes(4);
    expect(await strange.getJobCounts('wait', 'active', 'failed', 'delayed')).toEqual({
      wait: 0,
      active: 0,
      failed: 0,
      delayed: 0,
    });
  });

  test('makes no sync wait for ever: what is no answer is no answer', async () => {
    const { queue, queueOf } = await opened();
    const results = queueOf(resultsQueue('pair'));
    await results.add(
      'answer',
      { batch: 'run-1-0', outcomes: 7 },
      { attempts: 1_000_000, removeOnComplete: true },
    );
    expect(await queue.answers()).toEqual([]);
    const heard: BatchAnswer[] = [];
    await queue.listen(async (answer) => void heard.push(answer));
    await results.add('answer', answerOf('w'), { removeOnComplete: true });
    await vi.waitFor(() => expect(heard).toHaveLength(1), PATIENCE);
    await vi.waitFor(
      async () => expect(await results.getJobCountByTypes('wait', 'active')).toBe(0),
      PATIENCE,
    );
  });

  test('makes no worker believe that there are others', async () => {
    const { note, client } = await opened();
    await client.hset(workersKey('d'), 'x', 'no note', 'y', '{"name":7}');
    expect(await note('w')).toEqual([expect.objectContaining({ name: 'w' })]);
  });
});

describe.runIf(HAS_REDIS)('a worker', () => {
  test('leaves batches of another version to others, and says so where there is none', async () => {
    const { queue, worker, queueOf } = await opened();
    const { id, pair, run, from } = BATCH;
    await queueOf(transfersQueue('d')).add(
      'pair',
      { wire: WIRE + 1, id, pair, run, from, files: {} },
      { jobId: id, removeOnComplete: true },
    );
    const carried = vi.fn<() => Promise<BatchAnswer>>();
    worker('old', carried);
    await vi.waitFor(async () => expect(await queue.answers()).toHaveLength(1), PATIENCE);
    const [answer] = await queue.answers();
    expect(answer).toMatchObject({ redelivered: true, refused: { code: 'config', verdict: 'end_run' } });
    expect(answer?.refused?.message).toMatch(/old says: .*version 2: run the same version of stagesync/);
    expect(carried).not.toHaveBeenCalled();
  });

  test('begins nothing of a run that has not claimed since Redis came back with an older copy', async () => {
    const { queue, worker, client } = await opened();
    await queue.ship(BATCH);
    // what an older copy holds: the run by its name of then, in another life of the server
    await client.hset(runKey('pair'), 'life', 'another');
    const carried = vi.fn<() => Promise<BatchAnswer>>(() => Promise.resolve(answerOf('w')));
    worker('w', carried);
    await vi.waitFor(async () => expect(await queue.active()).toBe(1), PATIENCE);
    await queue.reclaim('runx1', Date.now() * 2);
    await vi.waitFor(async () => expect(await queue.batches()).toEqual([]), PATIENCE);
    expect(carried).not.toHaveBeenCalled();
  });

  test('and carries it out once the run claims under that very name', async () => {
    const { queue, worker, client } = await opened();
    await queue.ship(BATCH);
    await client.hset(runKey('pair'), 'life', 'another');
    worker('w', () => Promise.resolve(answerOf('w')));
    await vi.waitFor(async () => expect(await queue.active()).toBe(1), PATIENCE);
    expect(await queue.answers()).toEqual([]);
    await queue.reclaim('run', Date.now() * 2);
    await vi.waitFor(async () => expect(await queue.answers()).toHaveLength(1), PATIENCE);
  });

  test('that was asleep since it took a batch carries nothing out: another one has it', async () => {
    const { queue, worker } = await opened();
    await queue.ship(BATCH);
    const carried = vi.fn<() => Promise<BatchAnswer>>(() => Promise.resolve(answerOf('w')));
    // the whole process stands still for longer than the lock holds, between taking the batch and beginning it
    const coming = vi.fn<() => () => void>(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      return () => undefined;
    });
    const sleepy = worker('sleepy', carried, { coming, lockMs: 200 });
    await vi.waitFor(() => expect(coming).toHaveBeenCalled(), PATIENCE);
    await sleepy.drain();
    expect(carried).not.toHaveBeenCalled();
  });

  test('that drains gives back at once what comes after that, and ends', async () => {
    const { queue, worker } = await opened();
    const carried = vi.fn<() => Promise<BatchAnswer>>(() => Promise.resolve(answerOf('w')));
    const drained = [1, 2, 3, 4].map((number) => worker(`w${number}`, carried));
    const ends = drained.map((service) => service.drain());
    await queue.ship(BATCH);
    await Promise.all(ends);
    expect(await queue.active()).toBe(0);
    expect((await queue.batches()).map(({ id }) => id)).toEqual([BATCH.id]);
    expect(carried).not.toHaveBeenCalled();
    worker('last', carried);
    await vi.waitFor(async () => expect(await queue.answers()).toHaveLength(1), PATIENCE);
  });
});
