import { expect, test } from 'vitest';
import { NewestEntries } from '../../../src/files/trash/newest-entries.ts';

test('of each path the entry that was removed last counts, whatever comes first, and the newest come first', () => {
  using entries = new NewestEntries();
  const entry = (path: string, removedMs: number) => ({
    path,
    place: `${path} of ${removedMs}`,
    pathFile: removedMs === 3 ? 'beside' : undefined,
    removedMs,
  });
  for (const each of [entry('a', 3), entry('b', 1), entry('a', 2), entry('b', 4)]) entries.add(each);
  expect([...entries.all()]).toEqual([entry('b', 4), entry('a', 3)]);
  expect([entries.has('a'), entries.has('c')]).toEqual([true, false]);
});
