import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGES = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).toSorted();
const isThere = (path: string): boolean => existsSync(join(ROOT, path));

/** Paths from the top of the project, as prose names them. */
const PATH = /(?<![\w/.-])(?:src|test|bench|docs|schema|examples|deploy|\.ci)\/[\w./-]*\w/g;

test.each(PAGES)('%s names only files and folders that are there', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/https?:\/\/\S+/g, '');
  const named = [...new Set(text.match(PATH))].filter((path) => !path.startsWith('docs/design/'));
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});

test.each(PAGES)('%s links only to pages that are there', (page) => {
  const links = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)];
  const targets = links.map(([, target = '']) => join(page, '..', target));
  expect(targets.filter((target) => !isThere(target))).toEqual([]);
});

test('the page on the specification of s3 sync names tests that are there', () => {
  const page = readFileSync(join(ROOT, 'docs/decisions/product/aws-s3-sync-specification.md'), 'utf8');
  const named = [...page.matchAll(/`([a-z0-9-]+(?:\/[a-z0-9-]+)+)`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(20);
  expect(
    [...new Set(named)].filter((name) => !isThere(`test/${name}.test.ts`) && !isThere(`test/${name}.ts`)),
  ).toEqual([]);
});
