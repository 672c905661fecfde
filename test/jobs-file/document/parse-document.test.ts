import { expect, test } from 'vitest';
import { plainValue, positionOf } from '../../../src/jobs-file/document/located.ts';
import { parseFile } from '../../../src/jobs-file/document/parse-document.ts';

function parsed(text: string, variables: Readonly<Record<string, string>> = {}) {
  const problems: string[] = [];
  const top = parseFile(
    text,
    variables,
    ({ line, column }, message) => void problems.push(`${line}:${column} ${message}`),
  );
  return { top, value: top && plainValue(top), problems };
}

test.each<[string, unknown]>([
  ['a: 1\nb: [x, "2"]\n', { a: 1, b: ['x', '2'] }],
  ['{"a": {"b": true}, "c": null}', { a: { b: true }, c: null }],
  ['base: &base {x: 1, y: 2}\nwith:\n  <<: *base\n  y: 3\n', { base: { x: 1, y: 2 }, with: { x: 1, y: 3 } }],
  [
    'a: &a {x: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b]}\n',
    { a: { x: 1 }, b: { x: 2, z: 2 }, c: { x: 1, z: 2 } },
  ],
  ['list: &l [1, 2]\nagain: *l\n', { list: [1, 2], again: [1, 2] }],
  ['on: yes\n2024: no\n', { on: 'yes', '2024': 'no' }],
  ['\u{FEFF}a: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
])('YAML 1.2 is read as it says: %j', (text, value) => {
  expect(parsed(text)).toMatchObject({ value, problems: [] });
});

test('places are those of the keys, and of what there is on the way', () => {
  const { top } = parsed('a:\n  b:\n    - c: 1\n');
  expect(positionOf(top!, ['a', 'b'])).toEqual({ line: 2, column: 3 });
  expect(positionOf(top!, ['a', 'b', 0, 'c'])).toEqual({ line: 3, column: 7 });
  expect(positionOf(top!, ['a', 'missing', 'x'])).toEqual({ line: 1, column: 1 });
});

test.each<[string, RegExp]>([
  ['a: 1\nb: 2\na: 3\n', /^3:1 "a" stands here twice, first in line 1/],
  ['a: [1, 2\n', /^2:1 is no YAML: flow sequence/],
  ['a: 1\n---\nb: 2\n', /^2:1 is no YAML: source contains multiple documents/],
  ['%YAML 1.1\n---\na: yes\n', /^1:1 asks for YAML 1.1/],
  ['a: !!python/object 1\n', /is no YAML: unresolved tag/],
  ['a: *nothing\n', /^1:4 \*nothing names no anchor/],
  ['a: &a [*a]\n', /nested too deeply, or holds itself/],
  ['__proto__: {x: 1}\n', /^1:1 "__proto__" cannot be a name/],
  ['a: {<<: 5}\n', /<< takes the keys of a map/],
  [
    'a: */5 * * * *\n',
    /^1:\d+ is no YAML: .*; a value that begins with \* needs quotes, as in "\*\/5 \* \* \* \*"$/,
  ],
  ['? [x]\n: 1\n', /is no YAML: with stringKeys/],
])('what is wrong is told with its place: %j', (text, problem) => {
  expect(parsed(text).problems.join('\n')).toMatch(problem);
});

test('aliases of aliases cannot fill the memory, and nesting cannot end the process', () => {
  const rows = Array.from(
    { length: 12 },
    (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}*a${at}]`,
  );
  const bomb = parsed(`a0: &a0 [x]\n${rows.join('\n')}\n`);
  expect(bomb.problems).toEqual([expect.stringContaining('with its aliases the file has more than')]);
  expect(bomb.top).toBeUndefined();
});

test.each([
  ['lists without an end', '['.repeat(10_000)],
  ['lists in a line', `a: ${'['.repeat(500)}${']'.repeat(500)}`],
  ['maps in a line', `a: ${'{a: '.repeat(3000)}1${'}'.repeat(3000)}`],
  ['lists by dashes', '- '.repeat(6000)],
  ['maps by lines', Array.from({ length: 2000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
])('what is nested too deeply is one mistake, with its place, and not that of a stack: %s', (_, deep) => {
  const { problems, top } = parsed(deep);
  expect(problems).toEqual([expect.stringMatching(/^\d+:\d+ .*nested too deeply/)]);
  expect(problems.join()).not.toMatch(/stack/i);
  expect(top).toBeUndefined();
});

test('an anchor that stands twice means what stands last before the alias', () => {
  expect(parsed('a: &x 1\nb: *x\nc: &x 2\nd: *x\n').value).toEqual({ a: 1, b: 1, c: 2, d: 2 });
});

test.each<[string, unknown]>([
  ['a: ${X}/b\n', { a: 'one/b' }],
  ['a: "${NONE:-x}"\n', { a: 'x' }],
  ['a: ${EMPTY:-x}\n', { a: 'x' }],
  ['a: ${NONE:-}\n', { a: '' }],
  ['a: ${N}\n', { a: 4 }],
  ['a: "${N}"\n', { a: '4' }],
  ['a: ${YES}\n', { a: true }],
  ['a: $${X} $X {X}\n', { a: '${X} $X {X}' }],
  ['a: ${NESTED}\n', { a: '${X}' }],
])('variables of the environment count in values: %j', (text, value) => {
  const variables = { X: 'one', EMPTY: '', N: '4', YES: 'true', NESTED: '${X}' };
  expect(parsed(text, variables)).toMatchObject({ value, problems: [] });
});

test.each<[string, RegExp]>([
  ['a: ${NONE}\n', /^1:4 the environment variable NONE is not set: set it, or write \$\{NONE:-default\}/],
  ['a: ${NONE-x}\n', /is no variable/],
  ['a: "${X"\n', /is no variable/],
  ['a: ${SINGLESTOREDB_MANAGEMENT_TOKEN}\n', /holds a secret by its name/],
  ['a: ${AWS_SECRET_ACCESS_KEY:-x}\n', /holds a secret by its name/],
])('a variable that is not there, or is a secret, is a problem: %j', (text, problem) => {
  const { problems } = parsed(text, {
    SINGLESTOREDB_MANAGEMENT_TOKEN: 'hidden-0',
    AWS_SECRET_ACCESS_KEY: 'hidden-1',
  });
  expect(problems.join('\n')).toMatch(problem);
  expect(problems.join('\n')).not.toContain('hidden');
});
