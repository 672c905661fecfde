import { expect, test } from 'vitest';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { GateRequest } from '../../../src/remote/gate/attempts.ts';
import type { GateUse } from '../../../src/remote/gate/gate-use.ts';
import type { GateUseOptions } from '../../../src/remote/gate/gate-use-options.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

const NEVER = new AbortController().signal;
const put = (bytes = 100): GateRequest => ({ operation: 'upload', path: 'a', bytes });

function setUp() {
  const clock = createManualClock();
  const gate = new Gate(clock);
  const events: SyncEvent[] = [];
  const open = (options: Partial<GateUseOptions> = {}): GateUse =>
    gate.use({
      name: 'Stage',
      concurrency: 'auto',
      attempts: 3,
      maxRequestsPerSecond: undefined,
      maxWaitMs: 3_600_000,
      draining: NEVER,
      signal: NEVER,
      onEvent: (event) => events.push(event),
      ...options,
    });
  let running = 0;
  const seen = { most: 0 };
  const answer = async (): Promise<void> => {
    seen.most = Math.max(seen.most, ++running);
    await clock.sleep(1500, NEVER);
    running--;
  };
  const send = async (use: GateUse, count: number, bytes?: number): Promise<void> => {
    const all = Promise.all(Array.from({ length: count }, () => use.request(put(bytes), answer)));
    for (let turn = 0; turn < 40; turn++) await clock.pass(1500);
    await all;
  };
  return { clock, gate, events, open, send, seen };
}

test('a job with auto has more and more lanes, up to its bound, and is told when and why', async () => {
  const { open, send, seen, events } = setUp();
  const use = open({ mostLanes: 64 });
  expect([use.lanes, use.mostLanes]).toEqual([16, 64]);
  await send(use, 400);
  expect([use.lanes, seen.most]).toEqual([64, 64]);
  expect(use.pace).toEqual({ atOnce: 64, why: 'bound', perSecond: undefined });
  expect(events.filter(({ type }) => type === 'pace').at(-1)).toMatchObject({ atOnce: 64, why: 'bound' });
});

test('a number fixes it, also where another job at the gate has auto', async () => {
  const { open, send, seen } = setUp();
  const fixed = open({ concurrency: 5 });
  expect([fixed.lanes, fixed.pace.why]).toEqual([5, 'fixed']);
  const other = open({ mostLanes: 40 });
  await send(fixed, 60);
  expect([fixed.lanes, seen.most]).toEqual([5, 5]);
  await send(other, 300);
  expect([fixed.lanes, other.lanes]).toEqual([5, 40]);
});

test('what a run has measured is where the next one begins, in another process too', async () => {
  const { open, send } = setUp();
  const first = open({ mostLanes: 100 });
  expect(first.measured).toBeUndefined();
  await send(first, 600);
  expect(first.measured).toMatchObject({ atOnce: 100, changeMs: 1500 });
  const second = setUp().open({ measured: first.measured });
  expect(second.lanes).toBe(50);
  // what this gate has measured itself counts more
  first[Symbol.dispose]();
  expect(open({ mostLanes: 100, measured: { atOnce: 20 } }).lanes).toBe(100);
});

test('with little to do it says so, and has learnt nothing', async () => {
  const { open, send } = setUp();
  const use = open();
  await send(use, 3);
  expect(use.pace).toEqual({ atOnce: 16, why: 'demand', perSecond: undefined });
  expect(use.measured).toBeUndefined();
});

test('large uploads share their memory, and small ones go by', async () => {
  const { clock, open, seen } = setUp();
  const use = open({ measured: { atOnce: 512 } });
  const large = Array.from({ length: 200 }, () =>
    use.request(put(10_000_000), async () => {
      await clock.sleep(1500, NEVER);
    }),
  );
  await clock.pass(1000);
  expect(use.requests).toBe(64);
  let small = false;
  const one = use.request(put(100), async () => void (small = true));
  await clock.pass(10);
  expect(small).toBe(true);
  for (let turn = 0; turn < 8; turn++) await clock.pass(1500);
  await Promise.all([...large, one]);
  expect(seen.most).toBe(0);
});
