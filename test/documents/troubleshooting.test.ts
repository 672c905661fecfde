import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT, statusOfError } from '../../src/cli/exit-status.ts';
import type { ErrorCode } from '../../src/model/errors.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The list of all codes, and the table of their statuses, which name each code without making an error of it. */
const LISTS = ['src/model/errors.ts', 'src/cli/exit-status.ts'];

const CODES = [.../type ErrorCode =(.*?);/s.exec(read(LISTS[0]!))![1]!.matchAll(/\| '(\w+)'/g)].map(
  ([, code]) => code as ErrorCode,
);

/** The entries of the page, by code. */
const ENTRIES = new Map(
  read('docs/start/troubleshooting.md')
    .split(/^### /m)
    .slice(1)
    .map((entry) => [/^`(\w+)`\n/.exec(entry)?.[1] ?? entry.slice(0, 40), entry] as const),
);

test('every error code has an entry, and every entry is of a code', () => {
  expect(CODES.length).toBeGreaterThan(50);
  expect([...ENTRIES.keys()].toSorted()).toEqual([...CODES, 'unexpected'].toSorted());
});

test.each([...ENTRIES])(
  'the entry of %s says what it means, its exit status and what to do',
  (code, entry) => {
    const status = code === 'unexpected' ? EXIT.unexpected : statusOfError(code as ErrorCode, undefined);
    expect(entry).toMatch(new RegExp(String.raw`^Exit status ${status}\. [A-Z].{15,}\.$`, 'm'));
    expect(entry).toMatch(/^\*\*What to do:\*\* \S.{5,}\.$/m);
  },
);

test('no error code is dead: the program names each of them somewhere', () => {
  const sources = globSync('src/**/*.ts', { cwd: ROOT }).filter(
    (path) => !LISTS.includes(path.replaceAll('\\', '/')),
  );
  const named = new Set(sources.flatMap((path) => read(path).match(/(?<=')[a-z]+(?:_[a-z]+)*(?=')/g) ?? []));
  expect(CODES.filter((code) => !named.has(code))).toEqual([]);
});
