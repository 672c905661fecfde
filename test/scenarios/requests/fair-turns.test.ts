import { expect, test } from 'vitest';
import { accountOf, Gates } from '../../../src/remote/gate/gates.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import { createEngine } from '../../support/engine/engine.ts';
import { trialStage } from '../../support/stage/trial-stage.ts';

const CONCURRENCY = 4;
const MANY = 3000;
const FEW = 10;

test('of two passes over one gate, the one with few files is served in turn', async () => {
  await using stage = await trialStage();
  const { emulator } = stage;
  const gate = new Gates(systemClock).of(emulator.url, accountOf(emulator.token));
  const sourceOf = (files: number) => {
    const source = createMemorySource();
    for (let at = 0; at < files; at++) source.write(`f${at}`, String(at));
    return source;
  };
  using big = createEngine(sourceOf(MANY), await stage.open('big/'), systemClock);
  using small = createEngine(sourceOf(FEW), await stage.open('small/'), systemClock);
  emulator.faults.set({ latency: { all: 3 } });

  const order: string[] = [];
  const underWay = Promise.withResolvers<void>();
  stage.onRequest = (phase, { path }) => {
    const [target] = path.split('/');
    if (phase !== 'received' || (target !== 'big' && target !== 'small')) return;
    order.push(target);
    if (order.length === 100) underWay.resolve();
  };
  const both = { gate, concurrency: CONCURRENCY };
  const bigPass = big.pass(both);
  await underWay.promise;
  const { report } = await small.pass(both);
  expect(report).toMatchObject({ outcome: 'clean', uploaded: FEW });
  expect((await bigPass).report).toMatchObject({ outcome: 'clean', uploaded: MANY });
  stage.onRequest = undefined;

  const [first, last] = [order.indexOf('small'), order.lastIndexOf('small')];
  const ofSmall = order.filter((target) => target === 'small').length;
  const between = last - first + 1 - ofSmall;
  // one request waits for its turn and then for its reply: others have the rest of the slots meanwhile
  expect(between).toBeLessThanOrEqual(ofSmall * 2 * CONCURRENCY);
  // not because there was nothing else to do
  expect(order.length - last).toBeGreaterThan(MANY / 2);
});

test('what a 429 taught one pass is not forgotten by the next', async () => {
  await using stage = await trialStage();
  const { emulator } = stage;
  const gate = new Gates(systemClock).of(emulator.url, accountOf(emulator.token));
  const source = createMemorySource();
  for (let at = 0; at < 20; at++) source.write(`f${at}`, String(at));
  using engine = createEngine(source, await stage.open('target/'), systemClock);
  emulator.faults.set({
    rules: [
      { fault: 'status', status: 429, kind: 'putFile', nth: 3, retryAfter: 'seconds', retryAfterSeconds: 1 },
    ],
  });
  const both = { gate, concurrency: 16 };
  await engine.pass(both);
  expect(engine.events.some(({ type }) => type === 'throttled')).toBe(true);
  const after = gate.pacer.requestsPerSecond!;
  expect(after).toBeLessThan(100);
  await engine.pass(both);
  // it may have risen, but it has not begun anew
  expect(gate.pacer.requestsPerSecond).toBeGreaterThanOrEqual(after * 0.9);
  expect(gate.pacer.requestsPerSecond).toBeLessThan(after * 2);
});
