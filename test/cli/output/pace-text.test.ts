import { expect, test } from 'vitest';
import { isPaceReason, paceText } from '../../../src/cli/output/pace-text.ts';

test('a pace says how many, how fast where that is known, and why not more', () => {
  expect(paceText({ atOnce: 36, why: 'queueing' })).toBe('36 requests at once: more were not faster');
  expect(paceText({ atOnce: 61, why: 'refused', perSecond: 39.96 })).toBe(
    '61 requests at once, 40.0 a second: Stage refused more',
  );
});

test('only the reasons there are are reasons', () => {
  expect(['bound', 'toString', 7].map(isPaceReason)).toEqual([true, false, false]);
});
