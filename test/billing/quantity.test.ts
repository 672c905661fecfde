import { expect, test } from 'vitest';
import { quantities, quantity } from '../../src/billing/quantity.ts';

test.each([
  [0, '0'],
  [9, '9'],
  [12.5, '12.5'],
  [1234.567, '1,234.57'],
  [0.004_23, '0.0042'],
  [1e-7, '1e-7'],
])('%d is %s', (value, text) => {
  expect(quantity(value)).toBe(text);
});

test('a column has one number of decimals', () => {
  expect(quantities([1, 2.5, 1000.25])).toEqual(['1.00', '2.50', '1,000.25']);
  expect(quantities([1, 2])).toEqual(['1', '2']);
});
