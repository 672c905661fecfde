import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { linked, styled, terminalOf } from '../../../src/cli/process/terminal.ts';

const stream = (isTTY: boolean, columns?: number) =>
  Object.assign(new PassThrough(), { isTTY, ...(columns !== undefined && { columns }) });

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ TERM: 'dumb' }, true, false],
])('colours with %j on a terminal %j: %j', (env, isTTY, expected) => {
  expect(terminalOf(env, stream(isTTY)).hasColours).toBe(expected);
});

test.each([
  [{ TERM_PROGRAM: 'iTerm.app' }, true, true],
  [{ TERM_PROGRAM: 'iTerm.app' }, false, false],
  [{ TERM: 'xterm-kitty' }, true, true],
  [{ VTE_VERSION: '7200' }, true, true],
  [{ VTE_VERSION: '4900' }, true, false],
  [{ WT_SESSION: 'x' }, true, true],
  [{ TERM: 'xterm-256color' }, true, false],
  [{ TERM_PROGRAM: 'vscode', CI: 'true' }, true, false],
  [{ FORCE_HYPERLINK: '1' }, false, true],
  [{ TERM_PROGRAM: 'vscode', FORCE_HYPERLINK: '0' }, true, false],
])('links with %j on a terminal %j: %j', (env, isTTY, expected) => {
  expect(terminalOf(env, stream(isTTY)).hasLinks).toBe(expected);
});

test('the width is that of the terminal, within what can be read', () => {
  expect([1, 40, 80, 200].map((columns) => terminalOf({}, stream(true, columns)).width)).toEqual([
    20, 40, 80, 100,
  ]);
  expect(terminalOf({}, stream(false, 200)).width).toBe(80);
});

test('a plain terminal gets the text alone', () => {
  const plain = terminalOf({}, stream(false));
  expect([styled(plain, 'bold', 'a'), linked(plain, 'a', 'file:///a')]).toEqual(['a', 'a']);
});
