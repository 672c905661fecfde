import { expect, test } from 'vitest';
import { parseDateWith } from '../../../../src/emulator/database/sql/date-format.ts';

test.each([
  ['31/12/2026', '%d/%m/%Y', '2026-12-31'],
  ['1.2.26', '%e.%c.%y', '2026-02-01'],
  ['12/31/2026 11:05 PM', '%m/%d/%Y %h:%i %p', '2026-12-31 23:05:00'],
  ['12:00 am 01 Jan 1999', '%I:%i %p %d %b %Y', '1999-01-01 00:00:00'],
  ['20260102T030405Z', '%Y%m%dT%H%i%sZ', '2026-01-02 03:04:05'],
  ['2026-01-02T03:04:05.12+02:00', '%Y-%m-%dT%H:%i:%s.%f', '2026-01-02 03:04:05.120000'],
  ['March 3, 2026', '%M %e, %Y', '2026-03-03'],
  ['2026-01-02 03:04:05', '%Y-%m-%d %T', '2026-01-02 03:04:05'],
  ['30/02/2026', '%d/%m/%Y', undefined],
  ['12/31/2026', '%d/%m/%Y', undefined],
  ['2026-01-02', '%d/%m/%Y', undefined],
])('%s as %s', (text, format, date) => {
  expect(parseDateWith(text, format)).toBe(date);
});
