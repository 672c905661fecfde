import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../docs/promises.md', import.meta.url), 'utf8');
const named = [...page.matchAll(/^ +- `(test\/[^`]+)`: (.+)$/gm)].map(
  ([, file, name]) => [file!, name!] as const,
);

test('every promise names tests', () => {
  const promises = page.split(/^\d+\. /m).slice(1);
  expect(promises.length).toBeGreaterThanOrEqual(34);
  // one that has slid into a paragraph would be read by nobody
  expect(promises.length).toBe([...page.matchAll(/\b\d+\. \*\*/g)].length);
  for (const promise of promises) expect(promise).toMatch(/^ +- `test\//m);
});

test.each(named)('%s has the test that a promise names: %s', (file, name) => {
  const place = new URL(`../${file}`, import.meta.url);
  expect(existsSync(place)).toBe(true);
  expect(readFileSync(place, 'utf8')).toContain(`'${name}'`);
});
