import { describe, expect, test } from 'vitest';
import { DueTimes } from '../../../src/daemon/schedule/due-times.ts';

const at = (text: string): number => Date.parse(text);

/** The first due times after `from`, in ISO 8601. */
function next(cron: string, timeZone: string, from: string, count: number): string[] {
  const times = new DueTimes({ cron, timeZone });
  const found: string[] = [];
  for (let due = times.after(at(from)); due !== undefined && found.length < count; due = times.after(due))
    found.push(new Date(due).toISOString());
  return found;
}

describe('daylight saving', () => {
  test('a time that the clocks leave out in spring is due right after the gap', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  test('a time that comes twice in autumn is due once', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  test('what is due every half hour is due in both hours of autumn', () => {
    expect(next('*/30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 5)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-26T01:00:00.000Z',
    ]);
  });

  test('the wall clock of the zone counts, on either side of the change', () => {
    expect(next('0 8 * * *', 'America/New_York', '2026-03-07T00:00:00Z', 3)).toEqual([
      '2026-03-07T13:00:00.000Z',
      '2026-03-08T12:00:00.000Z',
      '2026-03-09T12:00:00.000Z',
    ]);
  });
});

describe('due times of a span', () => {
  const hourly = new DueTimes({ cron: '0 * * * *', timeZone: 'UTC' });

  test('the last and how many, the end included, the beginning not', () => {
    expect(hourly.between(at('2026-01-01T05:00:00Z'), at('2026-01-01T08:00:00Z'))).toEqual({
      latestMs: at('2026-01-01T08:00:00Z'),
      count: 3,
    });
    expect(hourly.between(at('2026-01-01T05:00:00Z'), at('2026-01-01T05:59:59Z'))).toBeUndefined();
  });

  test('a long span is not counted to its end, and its last due time is right', () => {
    const secondly = new DueTimes({ cron: '* * * * * *', timeZone: 'UTC' });
    expect(secondly.between(at('2026-01-01T00:00:00Z'), at('2026-02-01T00:00:00.500Z'))).toEqual({
      latestMs: at('2026-02-01T00:00:00Z'),
      count: 1000,
    });
  });

  test('a day that never comes is never due', () => {
    expect(new DueTimes({ cron: '0 0 30 2 *', timeZone: 'UTC' }).after(0)).toBeUndefined();
  });
});
