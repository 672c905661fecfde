import { describe, expect, test } from 'vitest';
import { parseRetryAfter, parseApiTime } from '../../src/api/api-times.ts';

describe('parseApiTime', () => {
  test.each([
    ['2023-09-08T17:35:43Z', Date.UTC(2023, 8, 8, 17, 35, 43)],
    ['2023-09-08T17:35:43.1Z', Date.UTC(2023, 8, 8, 17, 35, 43, 100)],
    ['2023-09-08T17:35:43.129999999Z', Date.UTC(2023, 8, 8, 17, 35, 43, 129)],
    ['2023-09-08T17:35:43.001200Z', Date.UTC(2023, 8, 8, 17, 35, 43, 1)],
    ['2023-09-08T19:35:43+02:00', Date.UTC(2023, 8, 8, 17, 35, 43)],
    ['1970-01-01T00:00:00Z', 0],
    ['0001-01-01T00:00:00Z', undefined],
    ['0001-01-01T00:00:00.000Z', undefined],
    ['', undefined],
    ['yesterday', undefined],
    ['2023-13-41T17:35:43Z', undefined],
    ['2023-09-08', undefined],
    ['2023-09-08T17:35:43.1234567890Z', undefined],
  ])('%j is %s', (text, ms) => {
    expect(parseApiTime(text)).toBe(ms);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.UTC(2026, 0, 1, 12);
  test.each([
    ['2', undefined, 2000],
    [' 30 ', undefined, 30_000],
    ['0', undefined, 0],
    ['0.5', undefined, 500],
    ['Thu, 01 Jan 2026 12:00:07 GMT', undefined, 7000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', undefined, 0],
    // The server's clock is an hour behind ours: its own Date says what it meant.
    ['Thu, 01 Jan 2026 11:00:07 GMT', 'Thu, 01 Jan 2026 11:00:00 GMT', 7000],
    ['Thu, 01 Jan 2026 12:00:07 GMT', 'nonsense', 7000],
    ['soon', undefined, undefined],
    ['', undefined, undefined],
    ['-1', undefined, undefined],
    ['9'.repeat(40), undefined, undefined],
  ])('%j with the Date %j is %s', (value, date, ms) => {
    expect(parseRetryAfter(value, date, now)).toBe(ms);
  });
});
