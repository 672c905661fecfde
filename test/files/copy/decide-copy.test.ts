import { expect, test } from 'vitest';
import type { FileEntry } from '../../../src/model/entry.ts';
import { decideCopy, type CopyRules, type Shown } from '../../../src/files/copy/decide-copy.ts';

const entry = (size: number, ms: number | null = 1000): FileEntry => ({
  kind: 'file',
  path: 'a',
  size,
  modifiedMs: ms ?? undefined,
  version: '1',
});
const file = (size: number, ms: number | null = 1000): Shown => ({
  kind: 'file',
  size,
  modifiedMs: ms ?? undefined,
});

const NOWHERE = { overwrite: false, compare: 'content', setsTimes: false } as const;
const CASES: readonly [FileEntry, Shown, Partial<CopyRules>, string][] = [
  [entry(3), { kind: 'nothing' }, {}, 'copy'],
  [entry(3), { kind: 'folder' }, { overwrite: true }, 'refuse'],
  [entry(3), { kind: 'unclear', why: 'why' }, { overwrite: true }, 'refuse'],
  [entry(3), file(4), {}, 'keep'],
  [entry(3), file(4), { overwrite: true }, 'copy'],
  [entry(3), file(3), {}, 'compare'],
  [entry(3), file(3), { overwrite: true }, 'compare'],
  [entry(0), file(0), {}, 'nothing'],
  [entry(3), file(3), { setsTimes: true }, 'nothing'],
  [entry(3, 1000.7), file(3, 1000), { setsTimes: true }, 'nothing'],
  [entry(3), file(3, 1001), { setsTimes: true }, 'compare'],
  [entry(3, null), file(3, null), { setsTimes: true, compare: 'size' }, 'compare'],
  [entry(3), file(3, 1001), { compare: 'size' }, 'nothing'],
  [entry(3, 1002), file(3, 1001), { compare: 'size' }, 'compare'],
];

test.each(CASES)('%j where there is %j, with %j: %s', (ours, shown, rules, expected) => {
  expect(decideCopy(ours, shown, { ...NOWHERE, ...rules }).do).toBe(expected);
});
