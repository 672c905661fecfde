import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import type { ErrorCode, Fact, Verdict } from '../../../src/model/errors.ts';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { GateRequest } from '../../../src/remote/gate/attempts.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import type { GateUseOptions } from '../../../src/remote/gate/gate-use-options.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';
import type { ManualClock } from '../../support/engine/manual-clock.ts';

type Marks = Pick<GateRequest, 'begins' | 'priority'>;
const put = (path: string, marks: Marks = {}): GateRequest => ({ operation: 'upload', path, ...marks });
const list = (path: string): GateRequest => ({ operation: 'list', path });
const remove = (path: string): GateRequest => ({ operation: 'remove', path });
const move = (path: string, to: string, marks: Marks = {}): GateRequest => ({
  operation: 'move',
  path,
  to,
  ...marks,
});

const FACTS: Readonly<Partial<Record<ErrorCode, Fact>>> = {
  stage_throttled: 'slow_down',
  stage_unreachable: 'out_of_reach',
  stage_rejected: 'refused',
};

const failure = (code: ErrorCode, more: { verdict?: Verdict; retryAfterMs?: number } = {}): SyncError =>
  new SyncError(code, `it failed: ${code}`, { verdict: 'retry', fact: FACTS[code], ...more });
const throttled = (retryAfterMs?: number): SyncError =>
  failure('stage_throttled', retryAfterMs === undefined ? {} : { retryAfterMs });

function setUp(
  overrides: Partial<GateUseOptions> = {},
  clock = createManualClock(),
  shared = new Gate(clock),
) {
  const events: SyncEvent[] = [];
  const draining = new AbortController();
  const stopping = new AbortController();
  const gate = shared.use({
    name: 'Stage',
    concurrency: 4,
    attempts: 3,
    maxRequestsPerSecond: undefined,
    maxWaitMs: 3_600_000,
    maxWaitFlag: '--max-wait',
    draining: draining.signal,
    signal: stopping.signal,
    onEvent: (event) => events.push(event),
    ...overrides,
  });
  return { gate, clock, events, draining, stopping };
}

/** A call that fails with each of these in turn, then succeeds; `times` are when it was made. */
function failing(clock: ManualClock, ...errors: readonly Error[]) {
  const times: number[] = [];
  const left = [...errors];
  return {
    times,
    call: async (): Promise<string> => {
      times.push(clock.elapsed());
      const error = left.shift();
      if (error !== undefined) throw error;
      return 'done';
    },
  };
}

/** The outcome, however it comes. */
const settled = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('attempts', () => {
  test('a failure that says retry is tried again, each wait drawn from a span that doubles', async () => {
    const { gate, clock, events } = setUp();
    const { call, times } = failing(clock, failure('stage_unavailable'), failure('stage_timeout'));
    const work = gate.request(put('a'), call);
    await clock.pass(10_000);
    expect(await work).toBe('done');
    expect(times).toEqual([0, 125, 375]);
    expect(gate).toMatchObject({ requests: 3, retries: 2 });
    expect(events.map((event) => event.type)).toEqual(['retry', 'retry']);
  });

  test('when they are used up the last error comes out', async () => {
    const { gate, clock } = setUp();
    const { call, times } = failing(clock, ...Array.from({ length: 9 }, () => failure('stage_unavailable')));
    const work = settled(gate.request(put('a'), call));
    await clock.pass(100_000);
    expect(await work).toMatchObject({ code: 'stage_unavailable', verdict: 'retry' });
    expect(times).toHaveLength(3);
  });

  test.each<[string, Verdict]>([
    ['an entry that cannot be', 'skip_entry'],
    ['a run that cannot go on', 'end_run'],
  ])('%s is not tried again', async (_, verdict) => {
    const { gate, clock } = setUp();
    const { call, times } = failing(clock, failure('stage_rejected', { verdict }));
    await expect(gate.request(put('a'), call)).rejects.toMatchObject({ verdict });
    expect(times).toHaveLength(1);
  });

  test('an error that nobody mapped is not tried again', async () => {
    const { gate, clock } = setUp();
    const { call, times } = failing(clock, new TypeError('a mistake'));
    await expect(gate.request(put('a'), call)).rejects.toThrow('a mistake');
    expect(times).toHaveLength(1);
  });

  test('a wait that Stage asks for is kept, whatever chance would give', async () => {
    const { gate, clock } = setUp();
    const { call, times } = failing(clock, failure('stage_unavailable', { retryAfterMs: 7000 }));
    const work = gate.request(put('a'), call);
    await clock.pass(6999);
    expect(times).toEqual([0]);
    await clock.pass(1);
    expect(await work).toBe('done');
  });

  test('the run has a budget too: when nothing works for long, all of it ends', async () => {
    const { gate, clock } = setUp({ attempts: 2, concurrency: 1 });
    let ended: unknown;
    for (let i = 0; i < 50 && ended === undefined; i++) {
      const work = settled(
        gate.request(put('a'), () => Promise.reject(failure('stage_unavailable'))),
      ) as Promise<SyncError>;
      await clock.pass(60_000);
      const error = await work;
      if (error.verdict === 'end_run') ended = error;
    }
    expect(ended).toMatchObject({ code: 'stage_unavailable' });
    expect((ended as SyncError).message).toContain('16 requests in a row failed');
  });

  test('one success gives the run its budget back', async () => {
    const { gate, clock } = setUp({ attempts: 2, concurrency: 1 });
    for (let i = 0; i < 40; i++) {
      const { call } = failing(clock, failure('stage_unavailable'));
      const work = gate.request(put('a'), call);
      await clock.pass(60_000);
      expect(await work).toBe('done');
    }
  });
});

describe('an outage', () => {
  /** Works again from `upAt` on. */
  const down = (clock: ManualClock, upAt: number, times: number[]) => async (): Promise<string> => {
    times.push(clock.elapsed());
    if (clock.elapsed() < upAt) throw failure('stage_unreachable');
    return 'done';
  };

  test('of some seconds fails no request, however many there are', async () => {
    const { gate, clock } = setUp({ attempts: 6 });
    const times: number[] = [];
    const work = Array.from({ length: 200 }, (_, at) =>
      settled(gate.request(put(String(at)), down(clock, 6000, times))),
    );
    await clock.pass(120_000);
    expect(new Set(await Promise.all(work))).toEqual(new Set(['done']));
  });

  test('of some seconds ends no run whose many requests were under way, when few are allowed by then', async () => {
    const clock = createManualClock();
    const shared = new Gate(clock);
    const { gate } = setUp({ attempts: 6, concurrency: 64 }, clock, shared);
    const times: number[] = [];
    const answer = down(clock, 3000, times);
    const work = Array.from({ length: 200 }, (_, at) =>
      settled(
        gate.request(put(String(at)), async () => {
          await clock.sleep(10, new AbortController().signal);
          return answer();
        }),
      ),
    );
    await clock.pass(5);
    shared.restrict({ atOnce: 4 });
    await clock.pass(120_000);
    expect(new Set(await Promise.all(work))).toEqual(new Set(['done']));
  });

  test('holds back what has not been tried, for spans that double, and one success lets all go on', async () => {
    const { gate, clock } = setUp({ attempts: 6 });
    const times: number[] = [];
    const work = Array.from({ length: 100 }, (_, at) =>
      gate.request(put(String(at)), down(clock, 1000, times)),
    );
    await clock.pass(400);
    expect(times.length).toBeLessThanOrEqual(12);
    await clock.pass(60_000);
    await Promise.all(work);
    const back = times.filter((time) => time >= 1000);
    expect(back.length).toBeGreaterThanOrEqual(100);
    expect(Math.max(...back)).toBeLessThan(5000);
  });

  test('ends the run when it does not end', async () => {
    const { gate, clock } = setUp({ attempts: 3 });
    const times: number[] = [];
    const work = Array.from({ length: 100 }, (_, at) =>
      settled(gate.request(put(String(at)), down(clock, Infinity, times))),
    );
    await clock.pass(600_000);
    const errors = (await Promise.all(work)) as SyncError[];
    expect(errors.some(({ message }) => message.includes('in a row failed; gave up'))).toBe(true);
    expect(times.at(-1)).toBeGreaterThan(1000);
  });

  test('draining: nobody waits for its end', async () => {
    const { gate, clock, draining } = setUp({ attempts: 6 });
    const times: number[] = [];
    const work = Array.from({ length: 20 }, (_, at) =>
      settled(gate.request(put(String(at), { begins: true }), down(clock, Infinity, times))),
    );
    await clock.pass(600);
    const before = times.length;
    draining.abort(new Error('stop'));
    await clock.pass(0);
    const ended = await Promise.all(work);
    expect(times).toHaveLength(before);
    for (const error of ended)
      expect(error === draining.signal.reason || (error as SyncError).code === 'stage_unreachable').toBe(
        true,
      );
  });
});

describe('a 429', () => {
  test('does not count as an attempt, however often it comes', async () => {
    const { gate, clock } = setUp({ attempts: 1 });
    const { call, times } = failing(clock, ...Array.from({ length: 30 }, () => throttled()));
    const work = gate.request(put('a'), call);
    await clock.pass(3_600_000);
    expect(await work).toBe('done');
    expect(times).toHaveLength(31);
  });

  test('stops every request of the process for as long as it asks', async () => {
    const { gate, clock } = setUp();
    const first = failing(clock, throttled(5000));
    const work = [gate.request(put('a'), first.call)];
    await clock.pass(10);
    const others = ['b', 'c', 'd'].map((name) => {
      const other = failing(clock);
      work.push(gate.request(put(name), other.call));
      return other;
    });
    await clock.pass(4980);
    expect(others.flatMap(({ times }) => times)).toEqual([]);
    await clock.pass(60_000);
    await Promise.all(work);
    for (const time of others.flatMap(({ times }) => times)) expect(time).toBeGreaterThanOrEqual(5000);
  });

  test('also holds for a request that was waiting for its turn when it came', async () => {
    const { gate, clock } = setUp({ maxRequestsPerSecond: 1 });
    let refuse: (error: Error) => void = () => undefined;
    const first = gate.request(put('a'), () => new Promise((_, reject) => (refuse = reject)));
    const second = failing(clock);
    const work = gate.request(put('b'), second.call);
    await clock.pass(500);
    refuse(throttled(10_000));
    await clock.pass(9999);
    expect(second.times).toEqual([]);
    await clock.pass(60_000);
    expect(await work).toBe('done');
    expect(second.times[0]).toBeGreaterThanOrEqual(10_500);
    refuse(failure('stage_rejected', { verdict: 'skip_entry' }));
    await settled(first);
  });

  test('lets fewer requests run at the same time, and success brings them back', async () => {
    const { gate, clock, events } = setUp({ concurrency: 8 });
    let running = 0;
    let most = 0;
    const busy = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await clock.sleep(10, new AbortController().signal);
      running--;
    };
    const { call } = failing(clock, throttled(1000));
    const first = gate.request(put('a'), call);
    await clock.pass(5000);
    await first;
    expect(events.map((event) => event.type)).toContain('throttled');
    const work = Array.from({ length: 200 }, (_, i) => gate.request(put(String(i)), busy));
    await clock.pass(5);
    expect(running).toBeLessThanOrEqual(4);
    await clock.pass(3_600_000);
    await Promise.all(work);
    expect(most).toBeLessThanOrEqual(8);
  });

  test('a clock set back does not make anybody wait longer', async () => {
    const { gate, clock } = setUp();
    const { call, times } = failing(clock, throttled(2000));
    const work = gate.request(put('a'), call);
    await clock.pass(100);
    clock.set(clock.now() - 86_400_000);
    await clock.pass(2000);
    expect(await work).toBe('done');
    expect(times).toEqual([0, 2000]);
  });
});

describe('a wait that is asked for', () => {
  const asks = (code: ErrorCode, retryAfterMs: number): SyncError =>
    new SyncError(code, `it failed: ${code}`, {
      verdict: 'retry',
      fact: FACTS[code],
      retryAfterMs,
      details: { status: code === 'stage_throttled' ? 429 : 503, server: 'api.test' },
    });

  test.each(['stage_throttled', 'stage_unavailable'] as const)(
    'by %s for longer than --max-wait ends all at once, and says who asked for what',
    async (code) => {
      const { gate, clock } = setUp({ maxWaitMs: 3_600_000 });
      const first = settled(gate.request(put('a'), () => Promise.reject(asks(code, 7_200_000))));
      const other = failing(clock);
      await clock.pass(0);
      const second = settled(gate.request(put('b', { begins: true }), other.call));
      const urgent = settled(gate.request(move('c', 'd', { priority: 'urgent' }), other.call));
      await clock.pass(0);
      const error = (await first) as SyncError;
      expect(error).toMatchObject({ code, verdict: 'end_run', retryAfterMs: 3_600_000 });
      expect(error.message).toMatch(/Stage \(api\.test\) asked for a wait of 2h.*--max-wait 1h/);
      expect(await second).toBe(error);
      // a 503 is of one request: what is urgent is made all the same
      expect(await urgent).toBe(code === 'stage_throttled' ? error : 'done');
      expect(clock.elapsed()).toBe(0);
      expect(clock.sleeping).toBe(0);
    },
  );

  test.each(['stage_throttled', 'stage_unavailable'] as const)(
    'by %s for no longer is waited for',
    async (code) => {
      const { gate, clock } = setUp({ maxWaitMs: 3_600_000 });
      const { call, times } = failing(clock, asks(code, 3_600_000));
      const work = gate.request(put('a'), call);
      await clock.pass(3_600_000);
      expect(await work).toBe('done');
      expect(times).toEqual([0, 3_600_000]);
    },
  );

  test.each([
    ['429s that say how long', 'stage_throttled', 600_000],
    ['429s that do not', 'stage_throttled', undefined],
    ['503s', 'stage_unavailable', 600_000],
  ] as const)('%s in a row are one wait', async (_, code, ms) => {
    const { gate, clock } = setUp({ maxWaitMs: 3_600_000, attempts: 100 });
    const error = ms === undefined ? throttled() : asks(code, ms);
    const work = settled(gate.request(put('a'), () => Promise.reject(error)));
    await clock.pass(2 * 3_600_000);
    expect(await work).toMatchObject({ code, verdict: 'end_run' });
    expect(((await work) as SyncError).message).toMatch(/again and again.*--max-wait 1h/);
  });

  test('counts once however many were told, and begins anew when one request works', async () => {
    const { gate, clock } = setUp({ maxWaitMs: 3_600_000, concurrency: 16 });
    const together = Array.from({ length: 16 }, (_, i) =>
      gate.request(put(String(i)), failing(clock, asks('stage_throttled', 3_000_000)).call),
    );
    await clock.pass(3_600_000);
    expect(new Set(await Promise.all(together))).toEqual(new Set(['done']));
    for (let round = 0; round < 3; round++) {
      const work = gate.request(put('a'), failing(clock, asks('stage_throttled', 3_000_000)).call);
      await clock.pass(3_600_000);
      expect(await work).toBe('done');
    }
  });

  test('that another request draws out ends what waits through it too', async () => {
    const { gate, clock } = setUp({ maxWaitMs: 3_600_000 });
    let refuse: (error: Error) => void = () => undefined;
    const slow = settled(gate.request(put('a'), () => new Promise((_, reject) => (refuse = reject))));
    const held = failing(clock, asks('stage_throttled', 2_400_000));
    const work = settled(gate.request(put('b'), held.call));
    await clock.pass(2_000_000);
    refuse(asks('stage_throttled', 2_400_000));
    await clock.pass(0);
    expect(await slow).toMatchObject({ verdict: 'end_run' });
    expect(await work).toMatchObject({ verdict: 'end_run' });
    expect(clock.elapsed()).toBe(2_000_000);
  });

  test('without a flag names none', async () => {
    const { gate, clock } = setUp({ maxWaitMs: 90_000, maxWaitFlag: undefined });
    const work = settled(gate.request(list('a'), () => Promise.reject(asks('stage_throttled', 100_000))));
    await clock.pass(0);
    expect(((await work) as SyncError).message).not.toContain('--');
  });
});

describe('pace', () => {
  test('--max-requests-per-second spaces out what starts', async () => {
    const { gate, clock } = setUp({ maxRequestsPerSecond: 2 });
    const { call, times } = failing(clock);
    const work = Array.from({ length: 5 }, () => gate.request(list('a'), call));
    await clock.pass(10_000);
    await Promise.all(work);
    expect(times).toEqual([0, 500, 1000, 1500, 2000]);
  });
});

describe('a request within the turn of another', () => {
  test('needs no lane of its own, and is counted', async () => {
    const { gate } = setUp({ concurrency: 1 });
    const look = (): Promise<string> => gate.within(() => Promise.resolve('seen'));
    expect(await gate.request(remove('a'), look)).toBe('seen');
    expect(gate.requests).toBe(2);
  });

  test('keeps the pace', async () => {
    const { gate, clock } = setUp({ maxRequestsPerSecond: 1 });
    const times: number[] = [];
    const began = clock.elapsed();
    const at = (): Promise<number> => Promise.resolve(times.push(clock.elapsed() - began));
    const made = gate.request(remove('a'), async () => {
      await at();
      return gate.within(at);
    });
    await clock.pass(2000);
    await made;
    expect(times).toEqual([0, 1000]);
  });

  test('fails the attempt that it belongs to, and is made anew with the next', async () => {
    const { gate, clock } = setUp();
    const look = failing(clock, failure('stage_unavailable'));
    const attempts: number[] = [];
    const made = gate.request(remove('a'), (attempt) => {
      attempts.push(attempt);
      return gate.within(look.call);
    });
    await clock.pass(60_000);
    expect([await made, attempts, look.times.length]).toEqual(['done', [1, 2], 2]);
  });

  test('is not made once all stops at once', async () => {
    const { gate, stopping } = setUp();
    let made = 0;
    const request = gate.request(remove('a'), () => {
      stopping.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
      return gate.within(() => Promise.resolve(made++));
    });
    await expect(request).rejects.toMatchObject({ code: 'interrupted' });
    expect(made).toBe(0);
  });
});

describe('stopping', () => {
  test('draining: nothing that failed is tried again, and its own error comes out', async () => {
    const { gate, clock, draining } = setUp();
    const { call, times } = failing(clock, failure('stage_unavailable'), failure('stage_unavailable'));
    const work = settled(gate.request(put('a'), call));
    await clock.pass(1);
    expect(times).toEqual([0]);
    draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
    await clock.pass(0);
    expect(await work).toMatchObject({ code: 'stage_unavailable' });
    await clock.pass(60_000);
    expect(times).toEqual([0]);
  });

  test('draining: an action that has not begun is not begun, even while all wait for a 429 to pass', async () => {
    const { gate, clock, draining } = setUp();
    const first = settled(gate.request(put('a'), () => Promise.reject(throttled(600_000))));
    await clock.pass(1);
    const { call, times } = failing(clock);
    const work = settled(gate.request(put('b', { begins: true }), call));
    await clock.pass(1);
    const stopped = new SyncError('interrupted', 'stopped', { verdict: 'end_run' });
    draining.abort(stopped);
    await clock.pass(0);
    expect(await work).toBe(stopped);
    expect(times).toEqual([]);
    expect(clock.elapsed()).toBeLessThan(600_000);
    await clock.pass(600_000);
    expect(await first).toMatchObject({ code: 'stage_throttled' });
  });

  test('draining: a pause ends at once, for what was refused and for what was under way', async () => {
    const { gate, clock, draining } = setUp();
    const refused = settled(gate.request(put('a'), () => Promise.reject(throttled(600_000))));
    await clock.pass(1);
    const { call, times } = failing(clock);
    const listing = settled(gate.request(list('a'), call));
    const urgent = settled(gate.request(move('b', 'c', { priority: 'urgent' }), call));
    await clock.pass(1);
    const stopped = new SyncError('interrupted', 'stopped', { verdict: 'end_run' });
    draining.abort(stopped);
    const later = settled(gate.request(move('d', 'e', { priority: 'urgent' }), call));
    await clock.pass(0);
    expect(await refused).toMatchObject({ code: 'stage_throttled' });
    for (const work of [listing, urgent, later]) {
      expect(await work).toMatchObject({ code: 'interrupted', verdict: 'end_run' });
      // that one would say that nothing of the action was begun
      expect(await work).not.toBe(stopped);
    }
    expect(times).toEqual([]);
    expect(clock.elapsed()).toBe(2);
    expect(clock.sleeping).toBe(0);
  });

  test('draining: what is under way waits for its turn where only our own pace puts it off', async () => {
    const { gate, clock, draining } = setUp({ maxRequestsPerSecond: 1 });
    const { call } = failing(clock);
    await gate.request(put('a'), call);
    const moved = gate.request(move('a', 'b', { priority: 'urgent' }), call);
    await clock.pass(10);
    draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
    await clock.pass(1000);
    expect(await moved).toBe('done');
  });

  test('an attempt that may have been carried out is not forgotten for a later one that was not', async () => {
    const { gate, clock, draining } = setUp();
    const doubt = new SyncError('stage_bad_reply', 'a page', { verdict: 'retry', inDoubt: true });
    const { call } = failing(clock, doubt, throttled(600_000));
    const work = settled(gate.request(move('a', 'b'), call));
    await clock.pass(60_000);
    draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
    await clock.pass(0);
    expect(await work).toMatchObject({ code: 'stage_throttled', inDoubt: true });
  });

  test('stopping at once ends every wait with the reason, and nothing is sent after it', async () => {
    const { gate, clock, stopping } = setUp();
    const { call, times } = failing(clock, failure('stage_unavailable'));
    const work = settled(gate.request(put('a'), call));
    await clock.pass(1);
    const reason = new SyncError('interrupted', 'stopped at once', { verdict: 'end_run' });
    stopping.abort(reason);
    await clock.pass(60_000);
    expect(await work).toBe(reason);
    expect(await settled(gate.request(put('b'), call))).toBe(reason);
    expect(times).toEqual([0]);
    expect(clock.sleeping).toBe(0);
  });
});
