import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createFilter } from '../../src/filter/filter.ts';
import { createEngine } from '../support/engine/engine.ts';
import { trialStage } from '../support/stage/trial-stage.ts';

const FOREIGN = { size: 7, bytes: Buffer.from('foreign') };
const { signal } = new AbortController();

interface Child {
  name: string;
  path: string;
  type: string;
  size: unknown;
  last_modified: unknown;
  [more: string]: unknown;
}

/** A reply whose children were tampered with. */
const changed =
  (change: (children: Child[]) => unknown) =>
  (body: string): string => {
    const reply = JSON.parse(body) as { content: Child[] };
    return JSON.stringify({ ...reply, content: change(reply.content) });
  };
const eachChild = (change: (child: Child) => object) => changed((children) => children.map(change));

const REPLIES: readonly (readonly [string, string | ((body: string) => string)])[] = [
  ['children elsewhere on the Stage', eachChild((child) => ({ ...child, path: `../../${child.name}` }))],
  ['children of another folder', eachChild((child) => ({ ...child, path: `other/${child.name}` }))],
  ['names that climb', eachChild((child) => ({ ...child, name: '..' }))],
  ['names with slashes', eachChild((child) => ({ ...child, name: `x/../${child.name}` }))],
  ['paths of other names', eachChild((child) => ({ ...child, path: `${child.path}2` }))],
  ['every child twice', changed((children) => [...children, ...children])],
  ['sizes that are text', eachChild((child) => ({ ...child, size: String(child.size) }))],
  ['sizes beyond all numbers', eachChild((child) => ({ ...child, size: 1e300 }))],
  ['sizes below zero', eachChild((child) => ({ ...child, size: -1 }))],
  ['no sizes', eachChild((child) => ({ ...child, size: undefined }))],
  ['no names', eachChild((child) => ({ ...child, name: undefined }))],
  ['no paths', eachChild((child) => ({ ...child, path: undefined }))],
  ['no types', eachChild((child) => ({ ...child, type: undefined }))],
  ['types that are numbers', eachChild((child) => ({ ...child, type: 7 }))],
  ['times that are numbers', eachChild((child) => ({ ...child, last_modified: 7 }))],
  ['children that are null', changed((children) => children.map(() => null))],
  ['children that are an object', changed(() => ({ a: 1 }))],
  ['children that are a number', changed(() => 7)],
  ['a page instead of JSON', '<!doctype html><title>502 Bad Gateway</title>'],
  ['nothing', ''],
  ['null', 'null'],
  ['an empty object', '{}'],
  ['an empty list', '[]'],
  ['an error with status 200', '{"error":"backend timeout"}'],
  ['half of its JSON', (body) => body.slice(0, body.length / 2)],
  ['another folder’s listing', (body) => body.replace(/"path":"[^"]*"/, '"path":"elsewhere/"')],
  ['nesting without end', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
];

describe.each([
  ['of the target folder', 'target/'],
  ['of a folder below', 'target/folder/'],
])('a listing %s', (_, path) => {
  test.each(REPLIES)(
    'with %s: nothing is removed, the run says so, and the next one puts all right',
    async (__, body) => {
      await using stage = await trialStage();
      const source = createMemorySource();
      const destination = await stage.open('target/');
      using engine = createEngine(source, destination);
      for (const name of ['a', 'b', 'folder/a', 'folder/b'])
        source.write(name, name.repeat(5), { modifiedMs: 1000 });
      await engine.pass();
      await destination.put('target/foreign', FOREIGN, { signal });
      await destination.put('target/folder/foreign', FOREIGN, { signal });
      source.write('folder/b', 'new content', { modifiedMs: 2000 });
      source.remove('a');
      source.remove('folder/a');
      stage.emulator.faults.set({ rules: [{ kind: 'list', path, fault: 'replace_reply', body }] });
      const removed: string[] = [];
      stage.onRequest = (phase, info) => {
        if (phase === 'committed' && info.kind === 'remove') removed.push(info.path);
      };
      const { error, report } = await engine.pass({ removal: 'ours' });
      expect(error !== undefined || report.outcome === 'failures').toBe(true);
      // what was listed well may go; nothing else, and nothing foreign
      const allowed = path === 'target/' ? 'target/folder/a' : 'target/a';
      expect(removed.filter((each) => each !== allowed)).toEqual([]);

      stage.emulator.faults.set({});
      expect((await engine.pass({ removal: 'ours' })).report).toMatchObject({ outcome: 'clean' });
      const found = await stage.contents('target/');
      expect(Object.fromEntries([...found].filter(([each]) => !each.endsWith('/')))).toEqual({
        'target/b': 'bbbbb',
        'target/folder/b': 'new content',
        'target/foreign': 'foreign',
        'target/folder/foreign': 'foreign',
      });
      await destination.close();
    },
  );
});

test('an unclear child whose name is excluded makes no run fail; it stays, and its folder with it', async () => {
  await using stage = await trialStage();
  const source = createMemorySource();
  const destination = await stage.open('target/');
  using engine = createEngine(source, destination);
  for (const name of ['a', 'folder/a', 'folder/b']) source.write(name, name, { modifiedMs: 1000 });
  await engine.pass();
  await destination.put('target/folder/x.tmp', FOREIGN, { signal });
  source.remove('folder/');
  const body = eachChild((child) => (child.name === 'x.tmp' ? { ...child, size: 'big' } : child));
  stage.emulator.faults.set({
    rules: [{ kind: 'list', path: 'target/folder/', fault: 'replace_reply', body }],
  });
  const filter = createFilter({ rules: [{ kind: 'exclude', pattern: '*.tmp' }] });
  const { error, report } = await engine.pass({ removal: 'everything', filter });
  expect([error, report.outcome, report.removed]).toEqual([undefined, 'clean', 2]);
  expect(engine.events.filter(({ type }) => type === 'problem')).toEqual([]);

  // nobody excludes it: then it is trouble
  const plain = await engine.pass({ removal: 'everything' });
  expect(plain.report.outcome).toBe('failures');
  stage.emulator.faults.set({});
  expect([...(await stage.contents('target/')).keys()].sort()).toEqual([
    'target/a',
    'target/folder/',
    'target/folder/x.tmp',
  ]);
  await destination.close();
});

test('a redirect to another host is not followed, and the token does not go there', async () => {
  const elsewhere = createServer((_, reply) => void reply.end('{"type":"directory","content":[]}'));
  const asked: string[] = [];
  elsewhere.on('request', ({ url, headers }) => asked.push(`${url} ${headers.authorization}`));
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  await using stage = await trialStage();
  const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/stolen`;
  const destination = await stage.open('target/');
  const source = createMemorySource();
  source.write('a', 'a');
  using engine = createEngine(source, destination);
  for (const status of [301, 302, 303, 307, 308]) {
    stage.emulator.faults.set({ rules: [{ fault: 'status', status, headers: { location } }] });
    const { error } = await engine.pass();
    expect(error).toMatchObject({ code: 'stage_bad_reply' });
    expect(error?.message).toContain('redirect');
  }
  expect(asked).toEqual([]);
  stage.emulator.faults.set({});
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 1 });
  await destination.close();
  elsewhere.close();
});

test.each([
  ['zero', 'zero'],
  ['missing', 'missing'],
] as const)('a Stage whose times are %s: what did not change is not sent again', async (_, timestamps) => {
  await using stage = await trialStage();
  stage.emulator.behaviour.set({ timestamps });
  const destination = await stage.open('target/');
  const source = createMemorySource();
  for (const name of ['a', 'b', 'folder/c']) source.write(name, name, { modifiedMs: 1000 });
  using engine = createEngine(source, destination);
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 3 });
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 0, unchanged: 3 });
  source.write('b', 'B', { modifiedMs: 2000 });
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 1, unchanged: 2 });
  await destination.close();
});

const PAGE = '<!doctype html><html><title>Log in to the network</title></html>';

test.each([
  ['PUT', 'answered without being done', { fault: 'status', status: 200, text: PAGE }],
  ['PATCH', 'answered without being done', { fault: 'status', status: 200, text: PAGE }],
  ['DELETE', 'answered without being done', { fault: 'status', status: 200, text: PAGE }],
  ['PUT', 'done', { fault: 'replace_reply', body: PAGE }],
  ['PATCH', 'done', { fault: 'replace_reply', body: PAGE }],
  ['DELETE', 'done', { fault: 'replace_reply', body: PAGE }],
] as const)(
  'a network that wants a log-in answers every %s with a page, %s: nothing counts that is not there, and the next run puts all right',
  async (verb, _, fault) => {
    await using stage = await trialStage();
    const source = createMemorySource();
    const destination = await stage.open('target/');
    using engine = createEngine(source, destination);
    for (const name of ['a', 'b', 'gone', 'folder/a', 'folder/b', 'goes/a'])
      source.write(name, name.repeat(5), { modifiedMs: 1000 });
    await engine.pass();
    source.write('new/a', 'new', { modifiedMs: 2000 });
    source.move('a', 'renamed');
    source.move('folder/', 'moved/');
    for (const name of ['gone', 'goes/']) source.remove(name);

    stage.emulator.faults.set({ rules: [{ verb, ...fault }] });
    const first = await engine.pass({ removal: 'ours' });
    stage.emulator.faults.set({});
    const { uploaded, moved, removed } = first.report;
    const found = [...(await stage.contents('target/')).keys()];
    const put = found.filter((path) => path === 'target/new/a').length;
    const renamed = found.filter((path) => /^target\/(renamed|moved\/.)$/.test(path)).length;
    expect(uploaded).toBeLessThanOrEqual(put + renamed);
    expect(moved).toBeLessThanOrEqual(renamed);
    expect(removed).toBeLessThanOrEqual(2 - found.filter((path) => /gone|goes\/a/.test(path)).length);

    const second = await engine.pass({ removal: 'ours' });
    expect(second.report).toMatchObject({ outcome: 'clean' });
    const left = [...(await stage.contents('target/'))].filter(([path]) => !path.endsWith('/'));
    expect(Object.fromEntries(left)).toEqual({
      'target/renamed': 'aaaaa',
      'target/b': 'bbbbb',
      'target/new/a': 'new',
      'target/moved/a': 'folder/a'.repeat(5),
      'target/moved/b': 'folder/b'.repeat(5),
    });
    expect((await engine.pass({ removal: 'ours' })).report).toMatchObject({ outcome: 'clean', unchanged: 5 });
    await destination.close();
  },
);
