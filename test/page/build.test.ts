import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { builtPage } from '../../src/daemon/http/built-page.ts';
import { filesIn } from '../../src/program/program-files.ts';
import { buildPage } from '../support/page/build-page.ts';

describe('the built page', async () => {
  const folder = await buildPage();
  const index = readFileSync(join(folder, 'index.html'), 'utf8');
  const first = [...index.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, name = '']) => name);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('.'),
  );

  const compressed = (name: string): number =>
    gzipSync(readFileSync(join(folder, name)), { level: 9 }).length;

  test('is painted first with at most 100 kB, compressed, and is 100 kB as a whole', () => {
    expect(first.filter((name) => name.endsWith('.js') || name.endsWith('.css')).length).toBe(2);
    const firstPaint = ['index.html', ...first].reduce((sum, name) => sum + compressed(name), 0);
    expect(firstPaint).toBeLessThan(100_000);
    expect(names.reduce((sum, name) => sum + compressed(name), 0)).toBeLessThan(100_000);
  });

  test('has no script or style within the page, and names no other host', () => {
    expect(index).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/);
    for (const name of names) {
      const text = readFileSync(join(folder, name), 'utf8');
      const hosts = [...text.matchAll(/\b(?:https?|wss?):\/\/[^\s"'`)]+/g)].map(([address]) => address);
      // names of XML, which nothing asks for
      expect(hosts.filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
    }
  });

  test('is served file by file, and nothing else is', () => {
    const files = builtPage(filesIn(folder));
    expect([...files.keys()].toSorted()).toEqual(['/', ...names.map((name) => `/${name}`)].toSorted());
    expect(files.get('/')?.type).toBe('text/html; charset=utf-8');
    for (const name of first.filter((each) => each.startsWith('assets/')))
      expect(files.get(`/${name}`)?.lasting).toBe(true);
  });
});

test('where the page was not built, its place says so', () => {
  const files = builtPage(filesIn(undefined));
  expect([...files.keys()]).toEqual(['/']);
  expect(files.get('/')?.plain.toString()).toContain('npm run build:page');
});
