import { isUtf8 } from 'node:buffer';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFilter, everything } from '../../src/filter/filter.ts';
import { byName, childrenNamed, garbledIn } from '../../src/model/children.ts';
import type { Children } from '../../src/model/children.ts';
import type { DestinationChild } from '../../src/model/entry.ts';
import { comparePaths } from '../../src/model/path.ts';
import type { DestinationEntry } from '../../src/remote/destination-entry.ts';
import { entryPages, FolderEntries, isToList, openFolder } from '../../src/remote/folder-entries.ts';
import { LongListing } from '../../src/stage/long-listing.ts';
import { contentOf, readListing } from '../../src/stage/read-listing.ts';
import type { NotAListing } from '../../src/stage/read-listing.ts';

const numRuns = Number(process.env['STAGESYNC_PROPERTY_RUNS'] ?? 1500);
const FOLDER = 'f/';

/** Few names, so that they come more than once, and some of them lie between a file and a folder of another name. */
const name = fc.constantFrom(
  'a',
  'a!',
  'a!b',
  'a0',
  'b',
  'ab',
  '\u{e9}',
  '\u{ffff}',
  '\u{10000}',
  '\ufffd',
  'x\ufffd',
  '..',
  'a/b',
  'a\\b',
  '',
);
const child = fc.oneof(
  { weight: 8, arbitrary: fc.record({ name, kind: fc.constantFrom('file', 'directory') }).map(plain) },
  {
    weight: 2,
    arbitrary: fc.record({ name, kind: fc.constantFrom('file', 'directory') }).chain(({ name, kind }) =>
      fc
        .record(
          {
            path: fc.constantFrom(undefined, 5, 'g/a', `${FOLDER}${name}/`),
            size: fc.constantFrom(undefined, -1, '3', 0.5),
            type: fc.constantFrom(undefined, 7),
            last_modified: fc.constantFrom(7, null, 'now', '2024-01-01T00:00:00Z'),
            content: fc.constantFrom(null, [], [{ name: 'x' }], '],"['),
          },
          { requiredKeys: [] },
        )
        .map((more) => ({ ...plain({ name, kind }), ...more })),
    ),
  },
  { weight: 1, arbitrary: fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant('a "quoted\\" [text]')) },
);

function plain({ name, kind }: { readonly name: string; readonly kind: string }): object {
  const isFolder = kind === 'directory';
  return { name, path: `${FOLDER}${name}${isFolder ? '/' : ''}`, type: kind, size: isFolder ? null : 3 };
}

const field = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(child, { maxLength: 12 }).map((content) => ['content', content] as const),
  },
  { weight: 3, arbitrary: fc.constant(['type', 'directory'] as const) },
  { weight: 2, arbitrary: fc.constant(['path', FOLDER] as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(['content', null], ['content', {}], ['type', 'file'], ['path', 'g/']),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('name', 'x', 'con"tent'), fc.jsonValue({ maxDepth: 2 })) },
);
const space = fc.constantFrom('', '', '', ' ', '\n\t');

/** Keys may come twice, and may be written with escapes. */
const listingText = fc
  .tuple(fc.array(field, { maxLength: 5 }), space, fc.boolean())
  .map(([fields, gap, escaped]) => {
    const members = fields.map(([key, value]) => {
      const quoted = JSON.stringify(key);
      return `${gap}${escaped ? quoted.replace('"c', '"\\u0063') : quoted}${gap}:${gap}${JSON.stringify(value, undefined, gap === '' ? 0 : 1)}`;
    });
    return `${gap}{${members.join(',')}}${gap}`;
  });

const damage = fc.record({
  kind: fc.constantFrom('none', 'none', 'none', 'cut', 'byte', 'insert', 'twice', 'comma', 'garble'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  byte: fc.constantFrom(...Buffer.from('[]{},:"\\ 1a\0'), 0x80, 0xe4, 0xef, 0xff),
});

/** Where the text of a name begins, or some other text. */
function inText(bytes: Buffer, at: number): number {
  const name = bytes.indexOf('"name":"', Math.floor(at * bytes.length));
  return name === -1 ? after(bytes, '"', at) : name + 8;
}

function after(bytes: Buffer, characters: string, at: number): number {
  const places = [...bytes.entries()].filter(([, byte]) => characters.includes(String.fromCharCode(byte)));
  return (places[Math.floor(at * (places.length - 1))]?.[0] ?? 0) + 1;
}

const reply = fc
  .tuple(fc.oneof({ weight: 9, arbitrary: listingText }, { weight: 1, arbitrary: fc.json() }), damage)
  .map(([text, { kind, at, byte }]) => {
    const bytes = Buffer.from(text);
    if (kind === 'none') return bytes;
    const place =
      kind === 'comma'
        ? after(bytes, ',[', at)
        : kind === 'garble'
          ? inText(bytes, at)
          : Math.floor(at * bytes.length);
    if (kind === 'cut') return bytes.subarray(0, place);
    if (kind === 'byte') return Buffer.from(bytes.map((old, i) => (i === place ? byte : old)));
    const more = {
      comma: Buffer.from(','),
      garble: Buffer.of(0xe4),
      insert: Buffer.of(byte),
      twice: bytes.subarray(place, place + 5),
    }[kind];
    return Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place)]);
  });

function atOnce(body: Buffer): Children | NotAListing {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return { why: 'is not JSON' };
  }
  return readListing(FOLDER, value, isUtf8(body));
}

function asItComes(body: Buffer, cuts: readonly number[] | 'a byte at a time'): Children | NotAListing {
  const listing = new LongListing(FOLDER, (why) => ({ why }));
  try {
    const inner =
      cuts === 'a byte at a time' ? [...body.keys()] : cuts.map((cut) => Math.floor(cut * body.length));
    const places = [0, ...inner.toSorted((a, b) => a - b), body.length];
    for (let i = 1; i < places.length; i++) listing.push(body.subarray(places[i - 1], places[i]));
    const { value, exact, children } = listing.finish();
    const content = contentOf(FOLDER, value);
    if (!Array.isArray(content)) return content;
    return children ?? readListing(FOLDER, value, exact);
  } catch (error) {
    return error as NotAListing;
  }
}

const isListing = (result: Children | NotAListing): result is Children => !('why' in result);
const told = (child: DestinationChild): string => JSON.stringify([child.name, child.kind, child]);
const inOrder = (children: Iterable<DestinationChild>): string[] => [...children].map(told).toSorted();

const filters = [everything, createFilter({ rules: [{ kind: 'exclude', pattern: 'a*' }] })];

test('a listing that is read as it comes says what it says when it is read at once', () => {
  const seen = { listings: 0, unclear: 0, refused: 0, inexact: 0 };
  const some = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
  const cuts = fc.oneof(some, fc.constant('a byte at a time' as const));
  fc.assert(
    fc.property(reply, cuts, (body, places) => {
      const [whole, pieces] = [atOnce(body), asItComes(body, places)];
      if (!isListing(whole) || !isListing(pieces)) {
        seen.refused++;
        expect(pieces).toEqual(whole);
        return;
      }
      seen.listings++;
      if (!isUtf8(body) && whole.length > 0) seen.inexact++;
      if (whole.length > 1 && [...whole].some(({ kind }) => kind === 'unknown')) seen.unclear++;
      expect(pieces.length).toBe(whole.length);
      expect(inOrder(pieces)).toEqual(inOrder(whole));
      const names = byName(whole);
      for (const each of [...whole, { name: 'nothing' }]) {
        const { name } = each;
        expect(inOrder(childrenNamed(pieces, name))).toEqual(inOrder(names.named(name)));
      }
      for (const filter of filters) {
        const walked = [...entryPages(FOLDER, pieces, filter)].flat();
        if (garbledIn(whole) === undefined)
          expect(walked).toEqual([...entryPages(FOLDER, whole, filter)].flat());
        else expect(walked).toMatchObject([{ kind: 'unknown', path: FOLDER, covers: 'subtree' }]);
        const paths = walked.map(({ path }) => path);
        expect(paths).toEqual(paths.toSorted(comparePaths));
      }
    }),
    { numRuns },
  );
  // the cases are really there
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(numRuns / 50);
});

test('the folders of a folder are given once each, whoever asks first', () => {
  const children = fc.array(fc.record({ name, kind: fc.constantFrom('file', 'directory') }).map(plain), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(children, fc.infiniteStream(fc.boolean()), (content, turns) => {
      const body = Buffer.from(JSON.stringify({ type: 'directory', path: FOLDER, content }));
      for (const read of [atOnce(body), asItComes(body, [0.5])]) {
        if (!isListing(read) || garbledIn(read) !== undefined) return;
        const wanted = [...entryPages(FOLDER, read, everything)]
          .flat()
          .filter(isToList)
          .map(({ path }) => path);
        const entries = openFolder(FOLDER, read, everything);
        if (!(entries instanceof FolderEntries)) throw new Error('it is clear');
        const ahead: string[] = [];
        const reached: string[] = [];
        for (let more = true; more;) {
          if (turns.next().value === true) {
            const folder = entries.nextFolder();
            if (folder === undefined) continue;
            expect(reached).not.toContain(folder);
            ahead.push(folder);
          } else {
            const run: DestinationEntry[] = [];
            entries.moveTo(run, 3);
            more = !entries.ended;
            reached.push(...run.filter(isToList).map(({ path }) => path));
            expect(run.slice(0, -1).filter(isToList)).toEqual([]);
          }
        }
        expect(reached).toEqual(wanted);
        expect(ahead).toEqual(ahead.toSorted(comparePaths));
        expect(new Set(ahead).size).toBe(ahead.length);
      }
    }),
    { numRuns: numRuns / 5 },
  );
});
