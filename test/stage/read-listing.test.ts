import { describe, expect, test } from 'vitest';
import { pathProblem } from '../../src/model/path.ts';
import { readListing, readMetadata } from '../../src/stage/read-listing.ts';

const file = (name: string, more: object = {}): object => ({
  name,
  path: `f/${name}`,
  type: 'file',
  size: 3,
  format: null,
  mimetype: '',
  writable: true,
  last_modified: '2023-09-08T17:35:43Z',
  ...more,
});
const folder = (name: string, more: object = {}): object => ({
  name,
  path: `f/${name}/`,
  type: 'directory',
  size: 0,
  ...more,
});
const listing = (...content: unknown[]): object => ({ name: 'f', path: 'f/', type: 'directory', content });
const read = (reply: unknown, exact = true) => readListing('f/', reply, exact);
const modifiedMs = Date.UTC(2023, 8, 8, 17, 35, 43);

test('files and folders come with their facts', () => {
  expect(read(listing(file('a.csv'), folder('b'), file('n.ipynb', { type: 'notebook' })))).toEqual([
    { kind: 'file', name: 'a.csv', size: 3, modifiedMs },
    { kind: 'folder', name: 'b' },
    { kind: 'file', name: 'n.ipynb', size: 3, modifiedMs },
  ]);
});

test.each([
  ['[]', { type: 'directory', content: [] }],
  ['null', { type: 'directory', content: null }],
  ['missing', { type: 'directory' }],
  ['null without a type', { content: null }],
])('a folder with content %s is empty', (_, reply) => {
  expect(read(reply)).toEqual([]);
});

test.each([
  ['no object', 'an error page'],
  ['null', null],
  ['a list', []],
  ['an empty object', {}],
  ['an error object', { error: 'internal' }],
  ['the metadata of a file', { name: 'f', path: 'f', type: 'file', size: 3 }],
  ['the metadata of a file, with content', { path: 'f', type: 'file', content: null }],
  ['content that is a text', { type: 'directory', content: 'Hello' }],
  ['content that is an object', { type: 'directory', content: {} }],
  ['another folder', { type: 'directory', path: 'g/', content: [] }],
  ['the root instead', { type: 'directory', path: '/', content: [] }],
])('%s is no listing', (_, reply) => {
  expect(read(reply)).toHaveProperty('why');
});

test.each(['', '/', undefined, null])('the root may call itself %j', (path) => {
  const reply = { type: 'directory', path, content: [file('a', { path: 'a' })] };
  expect(readListing('', reply, true)).toMatchObject([{ kind: 'file', name: 'a' }]);
});

test.each([
  ['a leading slash on a path', file('a', { path: '/f/a' }), { kind: 'file', name: 'a' }],
  ['a folder path without a slash', folder('b', { path: 'f/b' }), { kind: 'folder', name: 'b' }],
  ['a folder without a size', folder('b', { size: null }), { kind: 'folder', name: 'b' }],
  ['type null', file('a', { type: null }), { kind: 'file', name: 'a' }],
  ['an empty type', file('a', { type: '' }), { kind: 'file', name: 'a' }],
  ['no time', file('a', { last_modified: undefined }), { kind: 'file', modifiedMs: undefined }],
  ['time null', file('a', { last_modified: null }), { kind: 'file', modifiedMs: undefined }],
  ['the zero time', file('a', { last_modified: '0001-01-01T00:00:00Z' }), { modifiedMs: undefined }],
  ['a time nobody can read', file('a', { last_modified: 'now' }), { kind: 'file', modifiedMs: undefined }],
])('%s is understood', (_, child, expected) => {
  expect(read(listing(child))).toMatchObject([expected]);
});

describe('a hostile child is unknown, with a reason, and the others stay', () => {
  test.each([
    ['no object', 7, '\\(entry 2)'],
    ['null', null, '\\(entry 2)'],
    ['a list', [], '\\(entry 2)'],
    ['no name', file('x', { name: undefined }), '\\(entry 2)'],
    ['an empty name', file(''), '\\(entry 2)'],
    ['a name that is a number', file('x', { name: 5 }), '\\(entry 2)'],
    ['no path', file('x', { path: undefined }), 'x'],
    ['no type', file('x', { type: undefined }), 'x'],
    ['a type that is a number', file('x', { type: 1 }), 'x'],
    ['no size', file('x', { size: undefined }), 'x'],
    ['a size that is a text', file('x', { size: '3' }), 'x'],
    ['a negative size', file('x', { size: -1 }), 'x'],
    ['half a byte', file('x', { size: 0.5 }), 'x'],
    ['a size beyond counting', file('x', { size: 1e300 }), 'x'],
    ['a time that is a number', file('x', { last_modified: 5 }), 'x'],
    ['a path outside the folder', file('x', { path: 'g/x' }), 'x'],
    ['a path in a folder below', file('x', { path: 'f/g/x' }), 'x'],
    ['a path of another name', file('x', { path: 'f/y' }), 'x'],
    ['a path that climbs', file('x', { path: 'f/../x' }), 'x'],
    ['a file with the path of a folder', file('x', { path: 'f/x/' }), 'x'],
    ['..', folder('..'), '\\..'],
    ['.', folder('.'), '\\.'],
    ['a name with a slash', file('a/b'), 'a\\u{2f}b'],
    ['a name with a backslash', file('a\\b'), 'a\\b'],
    ['a line break in a name', file('a\nb'), 'a\\nb'],
    ['an escape sequence in a name', file('\u001b[2J'), '\\u{1b}[2J'],
    ['a lone surrogate', file('\ud800x'), '\\u{d800}x'],
  ])('%s', (_, child, name) => {
    const children = read(listing(file('good'), child));
    expect(children).toHaveLength(2);
    expect(children).toMatchObject([
      { kind: 'file', name: 'good' },
      { kind: 'unknown', name, problem: { code: 'listing_unclear', severity: 'failure' } },
    ]);
  });

  test('a name that is none is shown as one segment that equals no path of Stage', () => {
    for (const name of ['..', 'a/b', 'a\nb', `${'x'.repeat(300)}\n`]) {
      const children = read(listing(file(name)));
      if (!Array.isArray(children)) throw new Error('it is a listing');
      expect(children[0]?.name).not.toContain('/');
      expect(pathProblem(children[0]?.name ?? '')).toBeDefined();
    }
  });

  test('two files of one name are one unknown', () => {
    expect(read(listing(file('x'), file('y'), file('x', { size: 4 })))).toMatchObject([
      { kind: 'file', name: 'y' },
      { kind: 'unknown', name: 'x' },
    ]);
  });

  test('a clear and an unclear entry of one name are unknown', () => {
    expect(read(listing(file('x'), file('x', { size: 'many' })))).toMatchObject([
      { kind: 'unknown', name: 'x' },
    ]);
    expect(read(listing(file('x', { size: 'many' }), folder('x')))).toMatchObject([
      { kind: 'unknown', name: 'x' },
    ]);
  });

  test('a file and a folder may have one name', () => {
    expect(read(listing(file('x'), folder('x')))).toMatchObject([{ kind: 'file' }, { kind: 'folder' }]);
  });

  test('a replacement character counts as a name only when the reply was valid UTF-8', () => {
    expect(read(listing(file('a\ufffd')))).toMatchObject([{ kind: 'file' }]);
    expect(read(listing(file('a\ufffd'), file('b')), false)).toMatchObject([
      { kind: 'file', name: 'b' },
      { kind: 'unknown' },
    ]);
  });

  test('a path made of slashes costs no more than its length', () => {
    const path = `${'/'.repeat(2_000_000)}x${'/'.repeat(2_000_000)}y`;
    expect(read(listing(file('x', { path })))).toMatchObject([{ kind: 'unknown', name: 'x' }]);
  });

  test('an object may call its fields __proto__ without harm', () => {
    const reply: unknown = JSON.parse('{"type":"directory","content":[{"__proto__":{"name":"x"}}]}');
    expect(read(reply)).toMatchObject([{ kind: 'unknown', name: '\\(entry 1)' }]);
  });
});

describe('readMetadata', () => {
  test('a file has a size and perhaps a time', () => {
    expect(readMetadata('f/a', file('a'))).toEqual({ size: 3, modifiedMs });
    expect(readMetadata('f/a', { size: 0 })).toEqual({ size: 0, modifiedMs: undefined });
  });
  test('a folder is no file', () => {
    expect(readMetadata('f/a', folder('a'))).toBeUndefined();
  });
  test.each([
    null,
    'x',
    [],
    {},
    { size: '3' },
    { size: -1 },
    { size: 1e300 },
    { size: 3, last_modified: 7 },
    file('b'),
  ])('%j is refused', (reply) => {
    expect(readMetadata('f/a', reply)).toHaveProperty('why');
  });
});
