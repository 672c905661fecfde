import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  atStagePace,
  dice,
  endless,
  limited,
  LIST_MS,
  PUT_MS,
  puts,
  queueing,
  slowing,
  spreadOut,
} from '../../../support/gate/stage-models.ts';
import type { Time } from '../../../support/gate/stage-models.ts';
import { runTraffic } from '../../../support/gate/simulated-traffic.ts';
import type { Asked, StageModel, Traffic } from '../../../support/gate/simulated-traffic.ts';

// All times are virtual and exact: the same requests take the same time on every machine.

/** Answers that a first sync waits for at least while the limit doubles from 16 to 256, in milliseconds. */
const RAMP_MS = 4 * PUT_MS;
const boundMs = (count: number, atOnce: number): number => (count * PUT_MS) / atOnce;

/** Of the second half of the answers: when whatever had to be found has been found. */
function settledP95({ answers }: Traffic): number {
  const late = answers
    .slice(answers.length >> 1)
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b);
  return late[Math.floor(late.length * 0.95)]!;
}

describe('a Stage that takes whatever comes', () => {
  test('has 256 requests under way after as many doublings as that takes', () => {
    const traffic = runTraffic({ stage: endless(), requests: puts(10_000) });
    expect(traffic.ms).toBeLessThan((boundMs(10_000, 256) + RAMP_MS) * 1.05);
    expect(traffic).toMatchObject({ highestLimit: 256, limit: 256, reason: 'bound', refused: 0 });
  });

  test('is asked for listings as fast', () => {
    const requests: Asked[] = Array.from({ length: 2000 }, () => ({ operation: 'list', bytes: 0 }));
    const traffic = runTraffic({ stage: endless(), requests });
    expect(traffic.ms).toBeLessThan(((2000 * LIST_MS) / 256 + 4 * LIST_MS) * 1.05);
  });

  test('gets no more than the bound, whatever that is', () => {
    const traffic = runTraffic({ stage: endless(), requests: puts(3000), most: 100 });
    expect(traffic).toMatchObject({ highestLimit: 100, reason: 'bound' });
  });

  test.each([0.2, 0.5, 0.8])('and answers unevenly (sigma %d) is used as well', (sigma) => {
    const mean = PUT_MS * Math.exp((sigma * sigma) / 2);
    const traffic = runTraffic({ stage: endless(spreadOut(sigma)), requests: puts(10_000) });
    expect(traffic.ms).toBeLessThan(((10_000 * mean) / 256) * 1.35);
    expect(traffic.limit).toBe(256);
  });

  test('and takes 30 s for 2 % of the files: they do not end the growth', () => {
    const random = dice(3);
    const time: Time = () => (random() < 0.02 ? 30_000 : PUT_MS);
    const traffic = runTraffic({ stage: endless(time), requests: puts(10_000) });
    expect(traffic.answers.find(({ limit }) => limit >= 250)!.at).toBeLessThan(4 * RAMP_MS);
    expect(traffic.limit).toBe(256);
  });

  test('and answers at once needs few at once: more would wait on this side', () => {
    const traffic = runTraffic({ stage: endless(() => 2), requests: puts(20_000) });
    expect(traffic.highestLimit).toBeLessThan(64);
  });

  test('and answered at once at first, but no more, is used as one that never did', () => {
    const lists: Asked[] = Array.from({ length: 500 }, () => ({ operation: 'list', bytes: 0 }));
    const stage: StageModel = {
      reply: ({ operation }) => ({ is: 'answered', ms: operation === 'list' ? 3 : PUT_MS }),
    };
    expect(runTraffic({ stage, requests: [...lists, ...puts(10_000)] }).limit).toBe(256);
    const slowsDown: StageModel = {
      reply: (_asked, { now }) => ({ is: 'answered', ms: now < 1000 ? 2 : PUT_MS }),
    };
    expect(runTraffic({ stage: slowsDown, requests: puts(20_000) }).limit).toBe(256);
  });

  test('and gets files of all sizes: large ones that take long are no sign of trouble', () => {
    const random = dice(5);
    const sizes = [1000, 50_000, 500_000, 5_000_000, 50_000_000];
    const requests: Asked[] = Array.from({ length: 5000 }, () => ({
      operation: 'upload',
      bytes: sizes[Math.floor(random() * sizes.length)]!,
    }));
    const time: Time = ({ bytes }) => PUT_MS + bytes / 5000;
    expect(runTraffic({ stage: endless(time), requests }).limit).toBe(256);
  });

  test('is asked for fewer at once than there could be when there is not more to do', () => {
    const slowly = puts(600).map((put, at) => ({ ...put, at: at * 200 }));
    const traffic = runTraffic({ stage: endless(), requests: slowly });
    // five a second are 8 under way: nothing is learnt of many more, and nothing of fewer
    expect(traffic.lowestLimit).toBe(16);
    expect(traffic.highestLimit).toBeLessThanOrEqual(17);
  });
});

describe('a Stage that works on so many requests at once', () => {
  test.each([4, 32, 64, 100, 200])('as %d is kept busy', (capacity) => {
    const traffic = runTraffic({ stage: queueing(capacity), requests: puts(4000) });
    expect(traffic.ms).toBeLessThan((boundMs(4000, capacity) + RAMP_MS) * 1.1);
    expect(traffic.refused).toBe(0);
  });

  test.each([32, 64, 100])('as %d does not have twice as many waiting for long', (capacity) => {
    const traffic = runTraffic({ stage: queueing(capacity), requests: puts(4000) });
    expect(settledP95(traffic)).toBeLessThanOrEqual(2 * PUT_MS);
  });

  test.each([8, 32, 64, 100])('and slows all down beyond %d settles near it', (beyond) => {
    const traffic = runTraffic({ stage: slowing(beyond), requests: puts(4000) });
    const best = runTraffic({ stage: slowing(beyond), requests: puts(4000), concurrency: beyond });
    expect(best.ms / traffic.ms).toBeGreaterThan(0.9);
    expect(settledP95(traffic)).toBeLessThanOrEqual(2 * settledP95(best));
    expect(traffic.reason).toBe('queueing');
  });

  test('and loses half of its capacity, and gets it back, is followed down and up', () => {
    const capacity = (now: number): number => (now > 100_000 && now < 300_000 ? 16 : 64);
    const stage: StageModel = {
      reply: (asked, { now, inFlight }) => ({
        is: 'answered',
        ms: atStagePace(asked, now) * Math.max(1, inFlight / capacity(now)),
      }),
    };
    const { answers } = runTraffic({ stage, requests: puts(25_000) });
    const between = (from: number, to: number) => answers.filter(({ at }) => at > from && at < to);
    const middle = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
    expect(middle(between(200_000, 300_000).map(({ limit }) => limit))).toBeLessThan(26);
    const after = between(400_000, 500_000);
    expect(middle(after.map(({ limit }) => limit))).toBeGreaterThan(48);
    expect(after.length).toBeGreaterThan(0.85 * ((100_000 / PUT_MS) * 64));
  });

  test('and becomes twice as slow whatever is asked of it is asked as much as before', () => {
    const time: Time = (_, now) => (now > 60_000 ? 2 * PUT_MS : PUT_MS);
    const { answers, limit } = runTraffic({ stage: endless(time), requests: puts(30_000) });
    const late = answers.filter(({ at }) => at > 120_000);
    expect(limit).toBe(256);
    expect(late.filter((answer) => answer.limit === 256).length / late.length).toBeGreaterThan(0.9);
  });
});

describe('an uplink that is full', () => {
  test('is not filled with ever more files', () => {
    // a megabyte takes a tenth of a second on the link, whoever else sends
    const stage = queueing(1, () => 100);
    const through: StageModel = {
      reply: (asked, at) => {
        const { ms } = stage.reply(asked, at);
        return { is: 'answered', ms: ms + PUT_MS };
      },
    };
    const traffic = runTraffic({ stage: through, requests: puts(3000, 1_000_000) });
    expect(traffic.ms).toBeLessThan(3000 * 100 * 1.05);
    // 16 fill it; half a minute of waiting for each other must not come of it
    expect(settledP95(traffic)).toBeLessThan(8000);
  });
});

describe('a Stage that is down for a while', () => {
  test('is not taken for a slow one', () => {
    const stage: StageModel = {
      reply: (_, { now }) =>
        now > 20_000 && now < 30_000 ? { is: 'failed', ms: 500 } : { is: 'answered', ms: PUT_MS },
    };
    const traffic = runTraffic({ stage, requests: puts(10_000) });
    expect([traffic.lowestLimit, traffic.limit]).toEqual([16, 256]);
  });
});

describe('a Stage that allows so many requests a second', () => {
  const allowed = (retryAfterMs: number | undefined, burst: number) =>
    limited({ perSecond: 40, burst, retryAfterMs });

  test.each([
    ['says how long to wait', 1000, 40],
    ['does not say', undefined, 40],
    ['allows more at once', 1000, 120],
  ])('and %s is used to nine tenths of it', (_, retryAfterMs, burst) => {
    const traffic = runTraffic({ stage: allowed(retryAfterMs, burst), requests: puts(2000) });
    expect(((2000 - burst) / 40) * 1000).toBeGreaterThan(0.9 * traffic.ms);
    expect(traffic.refused / traffic.sent).toBeLessThan(0.03);
  });

  test.each([1000, undefined])('is not used less with more lanes (Retry-After %s)', (retryAfterMs) => {
    const times = [16, 32, 64, 128, 256].map(
      (concurrency) => runTraffic({ stage: allowed(retryAfterMs, 40), requests: puts(2000), concurrency }).ms,
    );
    for (let at = 1; at < times.length; at++) expect(times[at]).toBeLessThan(times[at - 1]! * 1.03);
  });

  test('is followed when others use a part of the allowance, and when they are gone', () => {
    const perSecond = (now: number): number => (now > 60_000 && now < 160_000 ? 15 : 40);
    const stage = limited({ perSecond, burst: 40, retryAfterMs: 1000 });
    const { answers, refused, sent } = runTraffic({ stage, requests: puts(9000) });
    const rate = (from: number, to: number): number =>
      (answers.filter(({ at }) => at > from && at < to).length / (to - from)) * 1000;
    expect(rate(80_000, 160_000)).toBeGreaterThan(0.85 * 15);
    expect(rate(220_000, 270_000)).toBeGreaterThan(0.85 * 40);
    expect(refused / sent).toBeLessThan(0.03);
  });
});

test('a Stage that allows one request a second, and no burst, refuses few', () => {
  const stage = limited({ perSecond: 1, burst: 1, retryAfterMs: undefined });
  const { refused, sent } = runTraffic({ stage, requests: puts(200) });
  expect(refused / sent).toBeLessThan(0.15);
});

describe('a Stage whose refusals are not about the rate', () => {
  const refusing = (refuses: (now: number) => boolean, retryAfterMs?: number): StageModel => ({
    reply: (_asked, { now }) =>
      refuses(now) ? { is: 'refused', ms: 5, retryAfterMs } : { is: 'answered', ms: PUT_MS },
  });

  test('that refuses everything for a minute is used as before once the minute is over', () => {
    const stage = refusing((now) => now > 5000 && now < 65_000);
    const traffic = runTraffic({ stage, requests: puts(4000) });
    // a pause may reach 30 s beyond the minute
    expect(traffic.ms).toBeLessThan(boundMs(4000, 256) + RAMP_MS + 90_000);
    expect(traffic.refused).toBeLessThan(20);
  });

  test('that refuses everything from the start is not taken for the slowest of all', () => {
    const traffic = runTraffic({ stage: refusing((now) => now < 5000), requests: puts(2000) });
    expect(traffic.ms).toBeLessThan(120_000);
  });

  test.each([undefined, 0, 1000])(
    'that refuses one request in fifty is not left at the lowest rate (%s)',
    (ms) => {
      const random = dice(7);
      const traffic = runTraffic({ stage: refusing(() => random() < 0.02, ms), requests: puts(2000) });
      expect(traffic.ms).toBeLessThan(400_000);
    },
  );
});

describe('whatever the Stage', () => {
  const stages = fc.record({
    seed: fc.nat(),
    sigma: fc.double({ min: 0, max: 0.7, noNaN: true }),
    answerMs: fc.integer({ min: 50, max: 3000 }),
    capacity: fc.integer({ min: 1, max: 400 }),
    slows: fc.boolean(),
  });
  const allowances = fc.record({
    perSecond: fc.integer({ min: 2, max: 500 }),
    /** The allowance of so many seconds may be used at once. */
    burstSeconds: fc.double({ min: 0.5, max: 3, noNaN: true }),
    retryAfterMs: fc.constantFrom(undefined, 1000, 2000, 5000),
    refusalMs: fc.integer({ min: 1, max: 100 }),
  });

  test('there are never more requests at once than the bound, and never fewer than one', () => {
    fc.assert(
      fc.property(stages, fc.integer({ min: 1, max: 256 }), (made, most) => {
        const time = spreadOut(made.sigma, made.seed, () => made.answerMs);
        const stage = made.slows ? slowing(made.capacity, time) : queueing(made.capacity, time);
        const traffic = runTraffic({ stage, requests: puts(1500), most });
        expect(traffic.highestLimit).toBeLessThanOrEqual(most);
        expect(traffic.lowestLimit).toBeGreaterThanOrEqual(1);
        expect(traffic.done).toBe(1500);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test('most of its capacity is used', () => {
    fc.assert(
      fc.property(stages, (made) => {
        const time = spreadOut(Math.min(made.sigma, 0.3), made.seed, () => made.answerMs);
        const stage = made.slows ? slowing(made.capacity, time) : queueing(made.capacity, time);
        const atOnce = Math.min(128, made.capacity);
        // enough of them that the growth is a small part
        const count = atOnce * 60;
        const { ms } = runTraffic({ stage, requests: puts(count), most: 128 });
        const best = runTraffic({
          stage: queueing(atOnce, time),
          requests: puts(count),
          concurrency: atOnce,
        });
        expect(best.ms / ms).toBeGreaterThan(0.65);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  test.each([
    ['at its own pace, no more than 3 % are refused', { min: 1000, max: 3000 }, 0],
    // when the first refusal comes, all that was sent meanwhile is on its way
    ['with fast answers, and besides twice as many as may be under way', { min: 20, max: 1000 }, 512],
  ])('at any allowance: %s', (_, answers, besides) => {
    fc.assert(
      fc.property(allowances, fc.integer(answers), (made, answerMs) => {
        const { perSecond, burstSeconds, retryAfterMs, refusalMs } = made;
        const burst = Math.max(2, perSecond * burstSeconds);
        const stage = limited(
          { perSecond, burst, retryAfterMs, refusalMs: Math.min(refusalMs, answerMs / 2) },
          endless(() => answerMs),
        );
        const { refused, sent, done } = runTraffic({ stage, requests: puts(3000) });
        expect(done).toBe(3000);
        expect(refused).toBeLessThanOrEqual(0.03 * sent + besides);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});
