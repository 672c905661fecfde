import { expect, test } from 'vitest';
import { PathsOnDisk } from '../../../src/files/naming/paths-on-disk.ts';

test('a path keeps the text that came first, however many come after it', () => {
  using paths = new PathsOnDisk();
  expect(paths.get('a')).toBeUndefined();
  paths.add('a', 'first');
  for (let at = 0; at < 12_000; at++) paths.add(`many/${at}`);
  paths.add('a', 'second');
  expect([paths.get('a'), paths.get('many/11999'), paths.get('many/')]).toEqual(['first', '', undefined]);
});
