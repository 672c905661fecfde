import { describe, expect, test } from 'vitest';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { createEngine } from '../../support/engine/engine.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';

const OURS = { removal: 'ours' } as const;
const MIRROR = { removal: 'everything' } as const;
const unreadable = { code: 'unreadable', severity: 'warning', message: 'no' } as const;

async function synced(files: Readonly<Record<string, string>>, found: Readonly<Record<string, string>> = {}) {
  let now = 1_700_000_000_000;
  const source = createMemorySource();
  const stage = createMemoryDestination({ root: 'in/', now: () => (now += 5000) });
  stage.folders.add('in/');
  for (const [path, content] of Object.entries(found)) stage.place(`in/${path}`, content);
  for (const [path, content] of Object.entries(files)) source.write(path, content, { modifiedMs: 1 });
  const engine = createEngine(source, stage);
  await engine.pass();
  engine.events.length = 0;
  const there = (): string[] =>
    [...stage.folders, ...stage.files.keys()]
      .map((path) => path.slice(3))
      .filter(Boolean)
      .sort();
  const told = (): string[] =>
    engine.events
      .splice(0)
      .flatMap((event) =>
        event.type === 'problem' ? [`${event.severity} ${event.path} ${event.code}`] : [],
      );
  const pass = (more: Partial<PassOptions>) => engine.pass(more);
  return { source, stage, engine, there, told, pass, [Symbol.dispose]: () => engine[Symbol.dispose]() };
}
const excluding = (...patterns: readonly string[]) =>
  createFilter({ rules: patterns.map((pattern) => ({ kind: 'exclude', pattern })) });

describe('what is excluded is never touched', () => {
  const FILES = { 'd/a.csv': 'a', 'd/x.log': 'log', 'top.csv': 't' };

  test.each([OURS, MIRROR])('not with the folder it is in (%j)', async (removal) => {
    using it = await synced(FILES);
    it.source.remove('d/');
    await it.pass({ ...removal, filter: excluding('*.log') });
    expect(it.there()).toEqual(['d/', 'd/x.log', 'top.csv']);
  });

  test('not moved along with it', async () => {
    using it = await synced(FILES);
    it.source.move('d/', 'e/');
    await it.pass({ ...OURS, filter: excluding('*.log') });
    expect(it.there()).toEqual(['d/', 'd/x.log', 'e/', 'e/a.csv', 'top.csv']);
  });

  test.each([OURS, MIRROR])(
    'not by a file that takes its folder’s name: that fails (%j)',
    async (removal) => {
      using it = await synced(FILES);
      it.source.remove('d/');
      it.source.write('d', 'a file now', { modifiedMs: 1 });
      const { report } = await it.pass({ ...removal, filter: excluding('*.log') });
      expect(it.there()).toEqual(['d/', 'd/x.log', 'top.csv']);
      expect([it.told(), report.outcome]).toEqual([['failure d in_the_way'], 'failures']);
    },
  );

  test.each([OURS, MIRROR])(
    'not by a folder that takes its name: nothing below that comes (%j)',
    async (removal) => {
      using it = await synced({ 'x.log': 'log', 'top.csv': 't' });
      it.source.remove('x.log');
      it.source.write('x.log/1.csv', '1', { modifiedMs: 1 });
      const filter = { excludes: (path: string) => path === 'x.log', prunes: () => false };
      const { report } = await it.pass({ ...removal, filter });
      expect(it.there()).toEqual(['top.csv', 'x.log']);
      expect([it.told(), report.outcome]).toEqual([['failure x.log/ in_the_way'], 'failures']);
    },
  );

  test('but by --delete-excluded', async () => {
    using it = await synced(FILES);
    await it.pass({ ...OURS, filter: excluding('*.log'), deleteExcluded: true });
    expect(it.there()).toEqual(['d/', 'd/a.csv', 'top.csv']);
  });
});

test.each([OURS, { removal: 'none' } as const])(
  'a file of others whose name a folder takes stays, and that is a failure (%j)',
  async (removal) => {
    using it = await synced({ a: 'a' });
    it.stage.place('in/theirs', 'x');
    it.source.write('theirs/1', '1', { modifiedMs: 1 });
    const { report } = await it.pass(removal);
    expect(it.there()).toEqual(['a', 'theirs']);
    expect([it.told(), report.outcome]).toEqual([['failure theirs/ in_the_way'], 'failures']);
  },
);

describe('what was adopted', () => {
  test('stays with --delete, which says so once, and goes with --mirror', async () => {
    using it = await synced({ a: 'content', b: 'b' }, { a: 'content' });
    it.source.remove('a');
    expect((await it.pass(OURS)).report.outcome).toBe('warnings');
    expect([it.there(), it.told()]).toEqual([['a', 'b'], ['warning a not_put_by_us']]);
    expect((await it.pass(OURS)).report.outcome).toBe('clean');
    await it.pass(MIRROR);
    expect(it.there()).toEqual(['b']);
  });

  test('is uploaded anew under another name, not moved there', async () => {
    using it = await synced({ a: 'content' }, { a: 'content' });
    it.source.move('a', 'z');
    const { report } = await it.pass(OURS);
    expect([it.there(), report.moved, report.uploaded]).toEqual([['a', 'z'], 0, 1]);
  });

  test('and compared by content since is ours', async () => {
    using it = await synced({ a: 'content', b: 'b' }, { a: 'content' });
    await it.pass({ compare: 'content' });
    it.source.remove('a');
    await it.pass(OURS);
    expect(it.there()).toEqual(['b']);
  });

  test('holds the folder it is in', async () => {
    using it = await synced({ 'd/a': 'content', 'd/b': 'b', x: 'x' }, { 'd/a': 'content' });
    it.source.remove('d/');
    await it.pass(OURS);
    expect(it.there()).toEqual(['d/', 'd/a', 'x']);
  });

  test('a folder that others made stays, though all in it goes', async () => {
    using it = await synced({ 'd/b': 'b', x: 'x' }, { 'd/.keep': '' });
    it.stage.files.delete('in/d/.keep');
    it.source.remove('d/');
    await it.pass(OURS);
    expect(it.there()).toEqual(['d/', 'x']);
  });
});

describe('--compare content', () => {
  test('finds an edit that kept size and time, at the source and on Stage', async () => {
    using it = await synced({ a: 'content', b: 'content', c: 'content' });
    const { modifiedMs } = it.stage.files.get('in/b')!;
    it.stage.place('in/b', 'CONTENT', modifiedMs);
    expect((await it.pass({})).report).toMatchObject({ uploaded: 0 });
    expect((await it.pass({ compare: 'content' })).report).toMatchObject({ uploaded: 1, unchanged: 2 });
    expect(it.stage.text('in/b')).toBe('content');
  });
});

describe('the empty-source guard counts files that can be synced', () => {
  const FILES = { a: '1', 'd/b': '2' };

  test.each<[string, (it: Awaited<ReturnType<typeof synced>>) => void]>([
    ['a name that cannot be sent', ({ source }) => source.obscure('other', 'nothing', unreadable)],
    ['a link or a pipe', ({ source }) => source.obscure('other', 'path', unreadable)],
    ['an unreadable folder beside', ({ source }) => source.obscure('lost+found/', 'subtree', unreadable)],
  ])('%s does not disarm it', async (_, more) => {
    using it = await synced(FILES);
    it.source.remove('a');
    it.source.remove('d/');
    more(it);
    const { error } = await it.pass(OURS);
    expect(error?.code).toBe('guard_empty_source');
    expect(it.there()).toEqual(['a', 'd/', 'd/b']);
  });

  test('a file over the limit does not', async () => {
    using it = await synced(FILES);
    it.source.remove('a');
    it.source.remove('d/');
    it.source.write('large', 'x'.repeat(100), { modifiedMs: 1 });
    const limited = { ...it.stage, traits: { ...it.stage.traits, maxFileBytes: 10 } };
    const { error } = await it.pass({ ...OURS, destination: limited });
    expect(error?.code).toBe('guard_empty_source');
  });

  test('an unknown subtree protects what Stage has below it, and nothing else', async () => {
    using it = await synced({ ...FILES, 'e/1': '1', x: 'x' });
    it.source.remove('d/');
    it.source.obscure('d/', 'subtree', unreadable);
    it.source.remove('e/');
    it.source.remove('a');
    await it.pass(OURS);
    expect(it.there()).toEqual(['d/', 'd/b', 'x']);
  });
});
