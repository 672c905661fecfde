import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  entryName,
  keptUntil,
  periodFor,
  readEntryName,
  TRASH,
} from '../../../../src/sync/execute/trash/trash-names.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 26, 9, 49, 7, 123);
const run = '1a2b3c4d5e6f';

test('what is kept is kept at least so long, and a tenth longer at most', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_000_000_000_000 }),
      fc.integer({ min: 1, max: 4000 * DAY }),
      (now, keep) => {
        const folder = periodFor(now, keep);
        const until = keptUntil(folder.slice(TRASH.length, -1))!;
        expect(until).toBeGreaterThanOrEqual(now + keep);
        expect(until - now - keep).toBeLessThanOrEqual(Math.min(DAY, Math.max(1000, keep / 10)) + 1000);
      },
    ),
  );
});

test('what is kept for longer than the years have four digits is kept until then', () => {
  const folder = periodFor(NOW, Number.MAX_SAFE_INTEGER);
  expect(folder).toBe(`${TRASH}until-99991231T235959Z/`);
});

test('other names keep nothing', () => {
  for (const name of ['until-', 'until-20261399T000000Z', 'until-20261203T100000Z ', 'x', ''])
    expect(keptUntil(name)).toBeUndefined();
});

describe('a name of an entry', () => {
  test('tells the path and the time of what is there', () => {
    const path = fc
      .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 })
      .map((names) => names.map((name) => name.replaceAll('/', '~1')).join('/'));
    fc.assert(
      fc.property(path, fc.boolean(), fc.integer({ min: 1, max: 1e9 }), (file, isFolder, count) => {
        const given = { removedMs: NOW, run, count, path: isFolder ? `${file}/` : file };
        const { name, pathFile } = entryName(given);
        expect(name.slice(0, -1)).not.toContain('/');
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        const read = readEntryName(name);
        expect(read).toMatchObject({ kind: 'entry', removedMs: NOW });
        if (pathFile === undefined) expect(read).toMatchObject({ path: given.path });
        else expect(read).toMatchObject({ pathFile });
      }),
    );
  });

  test('is bounded where the path is not, and names the file with the path', () => {
    for (const end of ['', '/']) {
      const { name, pathFile } = entryName({
        removedMs: NOW,
        run,
        count: 7,
        path: `${'ü/'.repeat(300)}x${end}`,
      });
      expect(Buffer.byteLength(name)).toBeLessThan(255);
      expect(readEntryName(name)).toEqual({ kind: 'entry', removedMs: NOW, pathFile });
      expect(readEntryName(pathFile!)).toEqual({ kind: 'pathFile' });
    }
  });

  test('is never that of another entry, whatever the paths', () => {
    const paths = ['a/b', 'a~1b', 'a~b', 'a~0b', 'a', 'a/'];
    const names = paths.map((path, at) => entryName({ removedMs: NOW, run, count: at, path }).name);
    expect(new Set(names.map((name) => JSON.stringify(readEntryName(name)))).size).toBe(paths.length);
  });

  test('of others is no entry', () => {
    for (const name of ['report.csv', '.stagesync-x', 'mi7k2x9c-1a2b3c4d5e6f-1', 'mi7k2x9c-1a2b-1p-x', ''])
      expect(readEntryName(name)).toEqual({ kind: 'foreign' });
  });
});
