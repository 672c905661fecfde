import { expect, test } from 'vitest';
import { OwnBandwidth } from '../../../src/remote/bandwidth.ts';
import type { GateRequest } from '../../../src/remote/gate/attempts.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { Gates } from '../../../src/remote/gate/gates.ts';
import type { GateUse } from '../../../src/remote/gate/gate-use.ts';
import { createManualClock, type ManualClock } from '../../support/engine/manual-clock.ts';

const NEVER = new AbortController().signal;

const open = (gate: Gate, concurrency: number | 'auto' = 'auto'): GateUse =>
  gate.use({
    name: 'Stage',
    concurrency,
    attempts: 3,
    maxRequestsPerSecond: undefined,
    maxWaitMs: 3_600_000,
    draining: NEVER,
    signal: NEVER,
    onEvent: () => undefined,
  });

/** Makes requests that take `ms` each; notes their names as they are sent. */
const sending = (clock: ManualClock, sent: string[], ms: number) => (use: GateUse, request: GateRequest) =>
  use.request(request, async () => {
    sent.push(request.path ?? '');
    await clock.sleep(ms, NEVER);
  });

test.each([
  ['small ones', undefined],
  ['large ones, which wait for memory too', 8 * 1024 * 1024],
])('a job with three uploads does not wait for one with a thousand: %s', async (_, bytes) => {
  const clock = createManualClock();
  const gate = new Gate(clock);
  // one request a second, as a destination lets through that has refused many
  gate.restrict({ requestsPerSecond: 1 });
  const [large, small] = [open(gate), open(gate)];
  const sent: string[] = [];
  const send = sending(clock, sent, 5000);
  const all = Array.from({ length: 1000 }, (_nothing, n) =>
    send(large, { operation: 'upload', path: `large${n}`, bytes }),
  );
  await clock.pass(60_000);
  const before = sent.length;
  for (const n of [1, 2, 3]) all.push(send(small, { operation: 'upload', path: `small${n}`, bytes }));
  for (let second = 0; !sent.includes('small3') && second < 1000; second++) await clock.pass(1000);
  // a slot has to come free for each of its own, and then it has every second turn
  expect(sent.indexOf('small3') - before).toBeLessThan(12);
  gate.restrict({});
  await clock.pass(10_000_000);
  await Promise.all(all);
});

test('a limit of all jobs holds for what is asked for later, and another takes its place at once', async () => {
  const clock = createManualClock();
  const gates = new Gates(clock);
  gates.restrict({ atOnce: 2 });
  const gate = gates.of('https://api.test', 'one');
  const sent: string[] = [];
  const send = sending(clock, sent, 1000);
  const use = open(gate, 8);
  const all = Array.from({ length: 30 }, (_, n) => send(use, { operation: 'list', path: `${n}` }));
  await clock.pass(0);
  expect(sent).toHaveLength(2);
  gates.restrict({ atOnce: 5 });
  await clock.pass(0);
  expect(sent).toHaveLength(5);
  gates.restrict({});
  await clock.pass(0);
  expect(sent).toHaveLength(8);
  gates.restrict({ requestsPerSecond: 0.5 });
  await clock.pass(10_000);
  expect(sent.length).toBeLessThanOrEqual(8 + 6);
  gates.restrict({});
  await clock.pass(10_000);
  await Promise.all(all);
  expect(sent).toHaveLength(30);
});

test('a bandwidth that is changed holds from the next bytes on', async () => {
  const clock = createManualClock();
  const bandwidth = new OwnBandwidth(clock, Infinity);
  await bandwidth.take(1e9, NEVER);
  bandwidth.bytesPerSecond = 1000;
  await bandwidth.take(10_000, NEVER);
  let isTaken = false;
  void bandwidth.take(1, NEVER).then(() => (isTaken = true));
  await clock.pass(9_999);
  expect(isTaken).toBe(false);
  await clock.pass(1);
  expect(isTaken).toBe(true);
  bandwidth.bytesPerSecond = Infinity;
  await bandwidth.take(1e9, NEVER);
});
