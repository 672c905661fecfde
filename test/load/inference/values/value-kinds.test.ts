import { expect, test } from 'vitest';
import { formatOf, formOfKey, timeKindOf } from '../../../../src/load/inference/values/time-forms.ts';
import { kindOf } from '../../../../src/load/inference/values/value-kinds.ts';

test.each([
  ['0', 'integer'],
  ['-12', 'integer'],
  ['+49', 'text'],
  ['007', 'zeros'],
  ['1.50', 'decimal'],
  ['.5', 'decimal'],
  ['007.5', 'text'],
  ['1.500', 'decimal3'],
  ['1,50', 'comma'],
  ['1,500', 'comma3'],
  ['1,234,567', 'grouped'],
  ['1,234.5', 'grouped'],
  ['1.234,5', 'dots'],
  ['1.234.567', 'dots'],
  ['1e-3', 'exponent'],
  ['-', 'text'],
  ['1-2', 'text'],
  ['No', 'boolean'],
  ['TRUE', 'boolean'],
  ['{"a":1}', 'json'],
  ['{a}', 'text'],
  ['3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'uuid'],
  ['23:59:59', 'clock'],
  ['24:00:00', 'text'],
  ['2026-02-30', 'text'],
  ['0000-00-00', 'text'],
  ['2026-13-01', 'text'],
])('%j is of the kind %s', (text, kind) => {
  expect(kindOf(text)).toBe(kind);
});

test.each([
  ['2026-12-31', 'ymd', '%Y-%m-%d'],
  ['2026/1/5', 'ymd', '%Y/%m/%d'],
  ['31/12/2026', 'dmy', '%d/%m/%Y'],
  ['12/31/2026', 'mdy', '%m/%d/%Y'],
  ['03.04.2026 10:15', 'xy', '%d.%m.%Y %H:%i'],
  ['31-Dec-2026 10:15:01', 'dby', '%d-%b-%Y %H:%i:%s'],
  ['12/31/2026 1:05:00 PM', 'mdy', '%m/%d/%Y %h:%i:%s %p'],
])('%j has the order %s and the format %s', (text, order, format) => {
  const form = formOfKey(timeKindOf(text)!);
  expect(form.order).toBe(order);
  expect(formatOf(form, form.order === 'xy' ? 'dmy' : form.order)).toBe(format);
});

test.each(['31/31/2026', '12/31/2026 13:00 PM', '2026-12-31 25:00', '31/12/26', '29/02/2025'])(
  '%j is no date',
  (text) => {
    expect(timeKindOf(text)).toBeUndefined();
  },
);
