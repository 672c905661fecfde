import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { GateRequest } from '../../../src/remote/gate/attempts.ts';
import type { GateUse } from '../../../src/remote/gate/gate-use.ts';
import type { GateUseOptions } from '../../../src/remote/gate/gate-use-options.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { accountOf, Gates } from '../../../src/remote/gate/gates.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

const NEVER = new AbortController().signal;
const list = (path: string): GateRequest => ({ operation: 'list', path });

const throttled = (retryAfterMs?: number): SyncError =>
  new SyncError('stage_throttled', 'too many', { verdict: 'retry', fact: 'slow_down', retryAfterMs });
const unavailable = (): SyncError => new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });

function setUp() {
  const clock = createManualClock();
  const gate = new Gate(clock);
  const open = (options: Partial<GateUseOptions> = {}): GateUse & { readonly events: SyncEvent[] } => {
    const events: SyncEvent[] = [];
    const use = gate.use({
      name: 'Stage',
      concurrency: 4,
      attempts: 3,
      maxRequestsPerSecond: undefined,
      maxWaitMs: 3_600_000,
      draining: NEVER,
      signal: NEVER,
      onEvent: (event) => events.push(event),
      ...options,
    });
    return Object.assign(use, { events });
  };
  /** A call that notes when it was made. */
  const noting = (times: number[]) => async (): Promise<string> => {
    times.push(clock.elapsed());
    return 'done';
  };
  /** Fails once with this error, then succeeds. */
  const failingOnce = (error: Error) => {
    let failed = false;
    return async (): Promise<string> => {
      if (failed) return 'done';
      failed = true;
      throw error;
    };
  };
  /** Requests that take 10 ms each, and how many of them were under way at the same time, at most. */
  const crowd = () => {
    const seen = { running: 0, most: 0 };
    const call = async (): Promise<void> => {
      seen.most = Math.max(seen.most, ++seen.running);
      await clock.sleep(10, NEVER);
      seen.running--;
    };
    return { seen, call };
  };
  return { clock, gate, open, noting, failingOnce, crowd };
}

/** The outcome, however it comes. */
const settled = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('gates', () => {
  test('are one for each origin and account', () => {
    const gates = new Gates(createManualClock());
    const first = gates.of('https://api.test', accountOf('one'));
    expect(gates.of('https://api.test', accountOf('one'))).toBe(first);
    expect(gates.of('https://api.test', accountOf('two'))).not.toBe(first);
    expect(gates.of('https://other.test', accountOf('one'))).not.toBe(first);
  });

  test('know an account by a name in which its secret is not to be found', () => {
    const secret = 'eyJhbGciOi-a-secret';
    expect(accountOf(secret)).not.toContain(secret.slice(0, 6));
    expect(accountOf(secret)).toBe(accountOf(secret));
  });
});

describe('two jobs at one gate', () => {
  test('together have no more requests under way than the one that asked for more', async () => {
    const { clock, open, crowd } = setUp();
    const [first, second] = [open({ concurrency: 4 }), open({ concurrency: 6 })];
    const { seen, call } = crowd();
    const work = Array.from({ length: 40 }, (_, at) => [
      first.request(list(`a${at}`), call),
      second.request(list(`b${at}`), call),
    ]);
    await clock.pass(60_000);
    await Promise.all(work.flat());
    expect(seen.most).toBe(6);
  });

  test('each keep the limit of their own', async () => {
    const { clock, open, crowd } = setUp();
    const [first, second] = [open({ concurrency: 2 }), open({ concurrency: 8 })];
    const [ofFirst, ofSecond] = [crowd(), crowd()];
    const work = Array.from({ length: 40 }, (_, at) => [
      first.request(list(`a${at}`), ofFirst.call),
      second.request(list(`b${at}`), ofSecond.call),
    ]);
    await clock.pass(60_000);
    await Promise.all(work.flat());
    expect([ofFirst.seen.most, ofSecond.seen.most]).toEqual([2, 6]);
  });

  test('take turns: ten requests do not wait for thousands', async () => {
    const { clock, open } = setUp();
    const [big, small] = [open({ concurrency: 4 }), open({ concurrency: 4 })];
    const order: string[] = [];
    const served = (name: string) => async (): Promise<void> => {
      await clock.sleep(10, NEVER);
      order.push(name);
    };
    const ofBig = Array.from({ length: 2000 }, (_, at) => big.request(list(`${at}`), served('big')));
    await clock.pass(100);
    order.length = 0;
    const ofSmall = Array.from({ length: 10 }, (_, at) => small.request(list(`${at}`), served('small')));
    await clock.pass(60_000);
    await Promise.all([...ofBig, ...ofSmall]);
    const between = order.slice(0, order.lastIndexOf('small')).filter((name) => name === 'big');
    expect(between.length).toBeLessThanOrEqual(10 + 4);
  });

  test('also take turns where a 429 has slowed both down', async () => {
    const { clock, open, failingOnce } = setUp();
    const [big, small] = [open(), open()];
    const order: string[] = [];
    const served = (name: string) => async (): Promise<void> => void order.push(name);
    await Promise.all([big.request(list('first'), failingOnce(throttled(1000))), clock.pass(10_000)]);
    const ofBig = Array.from({ length: 100 }, (_, at) => big.request(list(`${at}`), served('big')));
    const ofSmall = Array.from({ length: 5 }, (_, at) => small.request(list(`${at}`), served('small')));
    await clock.pass(3_600_000);
    await Promise.all([...ofBig, ...ofSmall]);
    expect(order.lastIndexOf('small')).toBeLessThanOrEqual(5 * 2 + 4);
  });

  test('are both held back by a 429 of one, and both are told', async () => {
    const { clock, open, failingOnce, noting } = setUp();
    const [first, second] = [open(), open()];
    const refused = first.request(list('a'), failingOnce(throttled(5000)));
    await clock.pass(10);
    const times: number[] = [];
    const other = second.request(list('b'), noting(times));
    await clock.pass(60_000);
    expect(await Promise.all([refused, other])).toEqual(['done', 'done']);
    expect(times[0]).toBeGreaterThanOrEqual(5000);
    expect(
      [first, second].map(({ events }) => events.filter(({ type }) => type === 'throttled').length),
    ).toEqual([1, 1]);
  });

  test('do not wait for the pace that one of them set for itself', async () => {
    const { clock, open, noting } = setUp();
    const [slow, fast] = [open({ maxRequestsPerSecond: 1 }), open()];
    const [slowTimes, fastTimes]: [number[], number[]] = [[], []];
    const ofSlow = Array.from({ length: 20 }, (_, at) => slow.request(list(`${at}`), noting(slowTimes)));
    await clock.pass(10);
    const ofFast = Array.from({ length: 200 }, (_, at) => fast.request(list(`${at}`), noting(fastTimes)));
    await clock.pass(10);
    expect(fastTimes).toHaveLength(200);
    await clock.pass(60_000);
    await Promise.all([...ofSlow, ...ofFast]);
    expect(slowTimes).toEqual(Array.from({ length: 20 }, (_, at) => at * 1000));
  });

  test('end each by itself: the failures and the stop of one are not the other’s', async () => {
    const { clock, open, noting } = setUp();
    const draining = new AbortController();
    const failing = open({ attempts: 1, concurrency: 1 });
    const stopped = open({ draining: draining.signal });
    const working = open();
    for (let i = 0; i < 8; i++) {
      const work = settled(failing.request(list('a'), () => Promise.reject(unavailable())));
      await clock.pass(60_000);
      await work;
    }
    expect(failing.hasGivenUp).toBe(true);
    draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
    const begins = { ...list('b'), begins: true };
    expect(await settled(stopped.request(begins, noting([])))).toBe(draining.signal.reason);
    const work = working.request(list('c'), noting([]));
    await clock.pass(60_000);
    expect(await work).toBe('done');
  });

  test('give up a wait that is too long each by its own --max-wait', async () => {
    const { clock, open, failingOnce } = setUp();
    const [hasty, patient] = [open({ maxWaitMs: 60_000 }), open({ maxWaitMs: 3_600_000 })];
    const work = patient.request(list('a'), failingOnce(throttled(600_000)));
    await clock.pass(0);
    expect(await settled(hasty.request(list('b'), async () => 'made'))).toMatchObject({
      code: 'stage_throttled',
      verdict: 'end_run',
    });
    await clock.pass(600_000);
    expect(await work).toBe('done');
  });

  test('count what they did by themselves', async () => {
    const { clock, open, failingOnce } = setUp();
    const [first, second] = [open(), open()];
    const work = [
      first.request(list('a'), failingOnce(unavailable())),
      second.request(list('b'), async () => 'done'),
    ];
    await clock.pass(60_000);
    await Promise.all(work);
    expect([first, second].map(({ requests, retries }) => [requests, retries])).toEqual([
      [2, 1],
      [1, 0],
    ]);
  });
});

describe('a job that comes later', () => {
  test('waits for the rest of a pause that an earlier one was asked for', async () => {
    const { clock, open, failingOnce, noting } = setUp();
    const first = open({ draining: AbortSignal.timeout(1_000_000) });
    const refused = settled(first.request(list('a'), failingOnce(throttled(5000))));
    await clock.pass(10);
    first[Symbol.dispose]();
    const times: number[] = [];
    const work = open().request(list('b'), noting(times));
    await clock.pass(60_000);
    expect(await work).toBe('done');
    expect(times[0]).toBeGreaterThanOrEqual(5000);
    await refused;
  });

  test('begins at the pace that 429s left, with all its slots', async () => {
    const { clock, open, failingOnce, crowd } = setUp();
    const first = open({ concurrency: 16 });
    const warm = Array.from({ length: 50 }, (_, at) => first.request(list(`${at}`), async () => 'done'));
    await clock.pass(1000);
    await Promise.all(warm);
    const refused = first.request(list('a'), failingOnce(throttled(1000)));
    await clock.pass(2000);
    await refused;
    const { requestsPerSecond } = first.events.find((event) => event.type === 'throttled')!;
    expect(requestsPerSecond).toBeLessThan(51);
    first[Symbol.dispose]();
    const second = open({ concurrency: 16 });
    const { seen, call } = crowd();
    const began = clock.elapsed();
    const work = Array.from({ length: 100 }, (_, at) => second.request(list(`${at}`), call));
    await clock.pass(500);
    expect(second.requests).toBeLessThan(30);
    expect([second.lanes, seen.most]).toEqual([16, 1]);
    await clock.pass(3_600_000);
    await Promise.all(work);
    expect(began).toBeLessThan(4000);
  });

  /** How long ten requests take to start, some time after an earlier job was refused three times in a row. */
  async function msForTenAfter(idleMs: number): Promise<number> {
    const { clock, open, noting } = setUp();
    const first = open({ attempts: 6 });
    let refusals = 3;
    const refused = first.request(list('a'), async () => {
      if (refusals-- > 0) throw throttled(1000);
    });
    await clock.pass(60_000);
    await refused;
    first[Symbol.dispose]();
    await clock.pass(idleMs);
    const times: number[] = [];
    const second = open();
    const begun = clock.elapsed();
    const work = Array.from({ length: 10 }, (_, at) => second.request(list(`${at}`), noting(times)));
    await clock.pass(600_000);
    await Promise.all(work);
    return times.at(-1)! - begun;
  }

  test('does not go slowly for ever: the pace comes back while nobody asks for anything', async () => {
    expect(await msForTenAfter(0)).toBeGreaterThan(1000);
    expect(await msForTenAfter(600_000)).toBeLessThan(100);
  });

  test('is not slowed down for the time between, in which nobody asked for anything', async () => {
    const { clock, open, failingOnce } = setUp();
    const first = open();
    for (let i = 0; i < 100; i++) await first.request(list(`${i}`), async () => 'done');
    first[Symbol.dispose]();
    await clock.pass(3_600_000);
    const second = open({ concurrency: 1 });
    const work: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      work.push(second.request(list(`${i}`), async () => 'done'));
      await clock.pass(50);
    }
    work.push(second.request(list('last'), failingOnce(throttled(100))));
    await clock.pass(60_000);
    await Promise.all(work);
    const slowdown = second.events.find((event) => event.type === 'throttled');
    expect(slowdown?.requestsPerSecond).toBeGreaterThan(10);
  });

  test('asks again once --max-wait has passed since a longer wait was asked for', async () => {
    const { clock, open, noting } = setUp();
    const first = open({ maxWaitMs: 3_600_000 });
    const refused = await settled(first.request(list('a'), () => Promise.reject(throttled(30 * 86_400_000))));
    expect(refused).toMatchObject({ verdict: 'end_run', retryAfterMs: 3_600_000 });
    first[Symbol.dispose]();
    await clock.pass(3_600_000);
    const times: number[] = [];
    const work = open({ maxWaitMs: 3_600_000 }).request(list('a'), noting(times));
    await clock.pass(0);
    expect(await work).toBe('done');
    expect(times).toEqual([3_600_000]);
  });

  test('gives up at once where the rest of a pause, which others sit out, is longer than its --max-wait', async () => {
    const { clock, open, failingOnce, noting } = setUp();
    const patient = open({ maxWaitMs: 3_600_000 }).request(list('a'), failingOnce(throttled(600_000)));
    await clock.pass(10);
    const times: number[] = [];
    const hasty = open({ maxWaitMs: 60_000 });
    expect(await settled(hasty.request(list('b'), noting(times)))).toMatchObject({
      code: 'stage_throttled',
      verdict: 'end_run',
    });
    expect([times, clock.elapsed()]).toEqual([[], 10]);
    await clock.pass(600_000);
    expect(await patient).toBe('done');
  });

  test('is held back by an outage that an earlier one met, and has its whole budget of failures', async () => {
    const { clock, open, noting } = setUp();
    const first = open({ attempts: 1, concurrency: 1 });
    const failed = Array.from({ length: 8 }, () =>
      settled(first.request(list('a'), () => Promise.reject(unavailable()))),
    );
    await clock.pass(0);
    await Promise.all(failed);
    expect(first.hasGivenUp).toBe(true);
    first[Symbol.dispose]();
    const second = open();
    const times: number[] = [];
    const work = second.request(list('b'), noting(times));
    await clock.pass(60_000);
    expect(await work).toBe('done');
    expect([times[0], second.hasGivenUp]).toEqual([500, false]);
  });
});
