import { expect, test } from 'vitest';
import { jobView } from '../support/page/imitated-daemon.ts';
import { ago, ahead, span } from '../../page/src/text/times.ts';
import { decimal, endWord, isInStep, paceText, rhythmText } from '../../page/src/text/words.ts';

test('times are told in seconds, without a jumping fraction', () => {
  expect(span(350)).toBe('0s');
  expect(span(1999)).toBe('1s');
  expect(span(250_500)).toBe('4m 10s');
  expect(ago(0, 500)).toBe('just now');
  expect(ago(0, 61_000)).toBe('1m 1s ago');
  expect(ahead(61_000, 0)).toBe('in 1m 1s');
  // a browser may be some milliseconds behind
  expect(ahead(0, 10)).toBe('now');
});

test('the pace says what the tuner settled on, and why', () => {
  expect(paceText({ atOnce: 8, why: 'refused', perSecond: 3.46 })).toBe(
    '8 requests at once, 3.5 a second: the destination lets through only so many a second',
  );
  expect(paceText({ atOnce: 1, why: 'fixed' })).toMatch(/^1 request at once: /);
});

test('a job says what makes it run', () => {
  const schedule = { cron: '0 2 * * *', timeZone: 'UTC' };
  expect(rhythmText({ watch: true, schedule })).toBe('watches, 0 2 * * * (UTC)');
  expect(rhythmText({ watch: false })).toBe('when asked');
});

test('a job is in step where it watches, has come to its end, and nothing stands in its way', () => {
  const idle = jobView('a', { lastSuccessMs: 1 });
  expect(isInStep(idle)).toBe(true);
  for (const other of [
    { oldestChangeMs: 1 },
    { watch: false },
    { lastSuccessMs: undefined },
    { state: 'halted' as const },
    { state: 'paused' as const },
  ])
    expect(isInStep({ ...idle, ...other })).toBe(false);
});

test('a run that was killed has no outcome', () => {
  expect(endWord({ outcome: 'interrupted', didNotEnd: true }).text).toBe('Did not end');
  expect(endWord({ outcome: 'clean' }).text).toBe('Clean');
});

test('rates have a decimal only where it says something', () => {
  expect([0.04, 3.46, 9.96, 1234.5].map(decimal)).toEqual(['0', '3.5', '10', '1,235']);
});
