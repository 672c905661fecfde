import { expect, test } from 'vitest';
import { OwnNames } from '../../../src/files/copy/own-names.ts';

test('a name is given away once, the first one too', () => {
  using names = new OwnNames();
  expect(['a', 'b', 'a', 'B', 'b', 'é', 'e\u0301'].map((name) => names.take(name))).toEqual([
    true,
    true,
    false,
    true,
    false,
    true,
    true,
  ]);
});
