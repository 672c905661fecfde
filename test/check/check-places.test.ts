import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkPlaces, type CheckPlacesOptions } from '../../src/check/check-places.ts';
import type { Finding } from '../../src/check/finding.ts';
import { everything } from '../../src/filter/filter.ts';
import { SyncError } from '../../src/model/errors.ts';
import { comparePaths } from '../../src/model/path.ts';
import type { Clock, Source } from '../../src/model/ports.ts';
import { createMemorySource, type MemorySource } from '../../src/sources/memory/memory-source.ts';

const instantly: Clock = {
  now: () => 0,
  elapsed: () => 0,
  sleep: () => Promise.resolve(),
  random: () => 0,
};

async function checked(a: Source, b: Source, options: Partial<CheckPlacesOptions> = {}) {
  const findings: Finding[] = [];
  const summary = await checkPlaces({
    a,
    b,
    filter: everything,
    content: 'none',
    lanes: () => 3,
    clock: instantly,
    signal: new AbortController().signal,
    onFinding: (finding) => void findings.push(finding),
    ...options,
  });
  return { summary, findings };
}

function memory(files: Readonly<Record<string, string | Uint8Array>>): MemorySource {
  const source = createMemorySource();
  for (const [path, content] of Object.entries(files)) source.write(path, content);
  return source;
}

const failing = (code: 'entry_unreadable' | 'stage_timeout', verdict: 'retry' | 'skip_entry') => () =>
  Promise.reject(new SyncError(code, 'the read failed', { verdict }));

test('says of each path what it is, in path order', async () => {
  const a = memory({ same: 'x', sizes: 'long', content: 'one', 'only/a': 'aa' });
  const b = memory({ same: 'x', sizes: 's', content: 'two', 'only/b': 'bbb' });
  const { summary, findings } = await checked(a, b, { content: 'all' });
  expect(findings).toEqual([
    { kind: 'differ', path: 'content', sizeA: 3, sizeB: 3, offset: 0 },
    { kind: 'missing', path: 'only/a', size: 2 },
    { kind: 'extra', path: 'only/b', size: 3 },
    { kind: 'differ', path: 'sizes', sizeA: 4, sizeB: 1 },
  ]);
  expect(summary).toMatchObject({ equal: 1, differ: 2, contentDiffers: 1, missing: 1, extra: 1, read: 2 });
});

test('without content nothing is read, and files of one size count as equal', async () => {
  const a = memory({ f: 'one' });
  a.read = failing('entry_unreadable', 'skip_entry');
  expect((await checked(a, memory({ f: 'two' }))).summary).toMatchObject({ equal: 1, differ: 0, read: 0 });
});

test('finds one flipped byte, at its place, in a large file among many', async () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 300; i++) files[`d${i % 7}/${i}`] = new Uint8Array(50).fill(i);
  files['d3/large'] = new Uint8Array(1_500_000).fill(7);
  const flipped = files['d3/large'].slice();
  flipped[1_234_567] = 8;
  const { summary, findings } = await checked(memory(files), memory({ ...files, 'd3/large': flipped }), {
    content: 'all',
  });
  expect(findings).toEqual([
    { kind: 'differ', path: 'd3/large', sizeA: 1_500_000, sizeB: 1_500_000, offset: 1_234_567 },
  ]);
  expect(summary).toMatchObject({ equal: 300, read: 301 });
});

test('what cannot be listed is neither equal nor missing, nor is what the other side has there', async () => {
  const a = memory({ 'f/1': 'x', 'f/2': 'x', g: 'x', h: 'x' });
  const b = memory({ h: 'x' });
  const problem = { code: 'unreadable', severity: 'failure', message: 'no' } as const;
  b.obscure('f/', 'subtree', problem);
  b.obscure('g', 'path', { ...problem, severity: 'warning' });
  const { summary, findings } = await checked(a, b);
  expect(findings.map(({ kind, path }) => [kind, path])).toEqual([
    ['unclear', 'f/'],
    ['unclear', 'g'],
  ]);
  expect(summary).toMatchObject({ equal: 1, missing: 0, unclear: 2, failures: 1, notCompared: 3 });
});

test('a file that cannot be read, or changes meanwhile, is unclear and not different', async () => {
  const a = memory({ f: 'one', g: 'one' });
  const b = memory({ f: 'one', g: 'two' });
  const read = a.read.bind(a);
  a.read = async (entry, call) => {
    if (entry.path === 'f') return failing('entry_unreadable', 'skip_entry')();
    const content = await read(entry, call);
    a.write('g', 'two');
    return content;
  };
  const { summary, findings } = await checked(a, b, { content: 'all' });
  expect(findings).toMatchObject([
    { kind: 'unclear', path: 'f', problem: { code: 'entry_unreadable' } },
    { kind: 'unclear', path: 'g', problem: { code: 'entry_changed' } },
  ]);
  expect(summary).toMatchObject({ equal: 0, differ: 0, failures: 2, read: 0 });
});

test('a read that breaks off begins anew, a few times', async () => {
  const a = memory({ f: 'x', g: 'x' });
  const read = a.read.bind(a);
  let tries = 0;
  a.read = (entry, call) =>
    entry.path === 'g' || ++tries < 3 ? failing('stage_timeout', 'retry')() : read(entry, call);
  const { summary, findings } = await checked(a, memory({ f: 'x', g: 'x' }), { content: 'all' });
  expect(findings).toMatchObject([{ kind: 'unclear', path: 'g', problem: { code: 'stage_timeout' } }]);
  expect([tries, summary.equal]).toEqual([3, 1]);
});

test('a listing that breaks off, or comes in disorder, gives no result', async () => {
  const broken = memory({ a: 'x', b: 'x' });
  const list = broken.list.bind(broken);
  broken.list = async function* (options) {
    for await (const batch of list(options)) yield batch.slice(0, 1);
    throw new SyncError('source_listing_broken', 'cut', { verdict: 'end_run' });
  };
  const whole = memory({ a: 'x', b: 'x' });
  await expect(checked(broken, whole)).rejects.toMatchObject({ code: 'source_listing_broken' });
  await expect(checked(whole, broken)).rejects.toMatchObject({ code: 'source_listing_broken' });
  const disordered = memory({ a: 'x', b: 'x' });
  disordered.list = async function* (options) {
    for await (const batch of list(options)) yield batch.toReversed();
  };
  await expect(checked(whole, disordered)).rejects.toMatchObject({ code: 'source_listing_broken' });
});

test('no more pairs are read at the same time than there are lanes', async () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, `content ${i}`]));
  const a = memory(files);
  const read = a.read.bind(a);
  let [now, most] = [0, 0];
  a.read = async (entry, call) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    return read(entry, call);
  };
  expect((await checked(a, memory(files), { content: 'all', lanes: () => 4 })).summary.equal).toBe(40);
  expect(most).toBe(4);
});

const tree = fc.dictionary(
  fc.stringMatching(/^[ab.\u{e9}\u{1f600}]{1,2}(\/[ab]{1,2})?$/u),
  fc.constantFrom('', 'x', 'y', 'xy'),
  { maxKeys: 12, noNullPrototype: true },
);
/** Without names that are no paths, and without files that lie in a file. */
const filesOf = (made: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(
    Object.entries(made).filter(([path]) => {
      const [top = '', ...below] = path.split('/');
      return !/(^|\/)\.{1,2}(\/|$)/.test(path) && (below.length === 0 || made[top] === undefined);
    }),
  );

test('says the same as two maps do, whatever the trees', async () => {
  await fc.assert(
    fc.asyncProperty(tree, tree, async (madeA, madeB) => {
      const [ofA, ofB] = [filesOf(madeA), filesOf(madeB)];
      const expected = [...new Set([...ofA.keys(), ...ofB.keys()])].sort(comparePaths).flatMap((path) => {
        const [x, y] = [ofA.get(path), ofB.get(path)];
        if (x === y) return [];
        return [`${y === undefined ? 'missing' : x === undefined ? 'extra' : 'differ'} ${path}`];
      });
      const { findings } = await checked(memory(Object.fromEntries(ofA)), memory(Object.fromEntries(ofB)), {
        content: 'all',
      });
      expect(findings.map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
