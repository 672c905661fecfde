import { expect, test } from 'vitest';
import { budgetText } from '../../src/model/pace.ts';

const away = { budget: 'redis://h', reached: false };

test.each([
  [{ budget: 'redis://h', reached: true }, 'the budget at redis://h is reached again'],
  [away, 'the budget at redis://h is not reached: going on alone without a limit, as none was known'],
  [
    { ...away, requestsPerSecond: 50 },
    'the budget at redis://h is not reached: going on alone at 50.0 requests a second',
  ],
  [
    { ...away, requestsPerSecond: 50, bytesPerSecond: 2_500_000 },
    'the budget at redis://h is not reached: going on alone at 50.0 requests a second and 2.5 MB a second',
  ],
  [
    { ...away, bytesPerSecond: 81_920 },
    'the budget at redis://h is not reached: going on alone at 81.9 kB a second',
  ],
])('%o', (notice, text) => {
  expect(budgetText(notice)).toBe(text);
});
