import { expect, test } from 'vitest';
import { openFileLimit, parseOpenFileLimit } from '../../src/disk/open-files.ts';
import { mostLanesOf, mostLanesWithin } from '../../src/remote/gate/lanes.ts';

test('the limit is what the system lets this process have now', () => {
  const text =
    'Limit      Soft Limit  Hard Limit  Units\nMax processes   7   8   processes\nMax open files    1024      4096   files\n';
  expect(parseOpenFileLimit(text)).toBe(1024);
  expect(parseOpenFileLimit('Max open files   unlimited   unlimited   files')).toBeUndefined();
  const here = openFileLimit();
  expect(here === undefined || here > 0).toBe(true);
});

test('requests at once leave room for the other files of a run', () => {
  expect([undefined, 20_000, 1024, 256, 100, 10].map(mostLanesWithin)).toEqual([256, 256, 256, 64, 12, 1]);
  expect([mostLanesOf('auto'), mostLanesOf('auto', 64), mostLanesOf(9, 4)]).toEqual([256, 64, 9]);
});
