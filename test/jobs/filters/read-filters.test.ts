import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFilter, readRules, type FilterFlag } from '../../../src/jobs/filters/read-filters.ts';
import { isSyncError } from '../../../src/model/errors.ts';
import { localTree } from '../../support/trees/local-tree.ts';
import type { LocalTree } from '../../support/trees/local-tree.ts';

const IGNORE_FILE = '.stagesyncignore';

let tree: LocalTree;
beforeEach(() => {
  tree = localTree();
  tree.makeFolder('data');
});
afterEach(() => tree[Symbol.dispose]());

/** As the command line does: the rules of the flags are read, then the filter is made of them. */
const readFilters = (flags: readonly FilterFlag[], cwd: string, localRoot: string | undefined) =>
  openFilter(readRules(flags, cwd, localRoot), localRoot);
const withIgnoreFile = () => readFilters([], tree.root, tree.at('data'));
const withRules = (value: string) => readFilters([{ kind: 'file', value }], tree.root, tree.at('data'));

/** What a call is refused with. */
function refusal(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return { code: error.code, message: error.message };
  }
  throw new Error('was accepted');
}

const fifo = (path: string): void => void execFileSync('mkfifo', [tree.at(path)]);

describe('the ignore file', () => {
  const place = () => tree.at(`data/${IGNORE_FILE}`);

  test('is read, also through a link', () => {
    expect(withIgnoreFile().excludes('a.tmp')).toBe(false);
    tree.write('rules', '\uFEFF*.tmp\r\n');
    fs.symlinkSync(tree.at('rules'), place());
    expect(withIgnoreFile().excludes('a.tmp')).toBe(true);
    expect(withIgnoreFile().excludes('a.csv')).toBe(false);
  });

  test.each<[string, string, () => void]>([
    ['a FIFO', 'is a FIFO', () => fifo(`data/${IGNORE_FILE}`)],
    [
      'a link to a FIFO',
      'is a FIFO',
      () => {
        fifo('pipe');
        fs.symlinkSync(tree.at('pipe'), place());
      },
    ],
    ['a folder', 'is a folder', () => tree.makeFolder(`data/${IGNORE_FILE}`)],
    ['a device', 'is a device', () => fs.symlinkSync('/dev/zero', place())],
    ['a link to nothing', 'points to nothing', () => fs.symlinkSync('nowhere', place())],
    ['a link to itself', 'ELOOP', () => fs.symlinkSync(IGNORE_FILE, place())],
    [
      'of absurd size',
      'more than 1 MiB',
      () => tree.write(`data/${IGNORE_FILE}`, '#'.repeat(1024 * 1024 + 1)),
    ],
    ['no UTF-8', 'not UTF-8', () => tree.write(`data/${IGNORE_FILE}`, Buffer.from([0x61, 0xff]))],
    ['UTF-16', 'not UTF-8', () => tree.write(`data/${IGNORE_FILE}`, Buffer.from('\uFEFFa.tmp', 'utf16le'))],
  ])('is refused when it is %s, without waiting for it', (_, reason, make) => {
    make();
    const { code, message } = refusal(withIgnoreFile);
    expect(code).toBe('config');
    expect(message).toContain(place());
    expect(message).toContain(reason);
    expect(message).toMatch(/; .*(remove|save)/);
  });

  test('is refused when it is a socket', async () => {
    const server = createServer().listen(place());
    await once(server, 'listening');
    try {
      expect(refusal(withIgnoreFile)).toMatchObject({
        code: 'config',
        message: expect.stringContaining('socket'),
      });
    } finally {
      server.close();
    }
  });

  test('of a mebibyte is read', () => {
    tree.write(`data/${IGNORE_FILE}`, `*.tmp\n${'#'.repeat(1024 * 1024 - 6)}`);
    expect(withIgnoreFile().excludes('a.tmp')).toBe(true);
  });
});

describe('a --filter-from file', () => {
  test('may be a file, or what another process writes', async () => {
    tree.write('rules', '*.tmp\n');
    expect(withRules('rules').excludes('a.tmp')).toBe(true);
    fifo('pipe');
    const writer = spawn('sh', ['-c', 'echo "*.bak" > pipe'], { cwd: tree.root, stdio: 'ignore' });
    expect(withRules('pipe').excludes('a.bak')).toBe(true);
    await once(writer, 'exit');
  });

  test.each([
    ['process substitution', '--filter-from <(echo "*.tmp")'],
    ['standard input', '--filter-from /dev/stdin < <(echo "*.tmp")'],
  ])('may come by %s', (_, words) => {
    const program = `
      import { openFilter, readRules } from ${JSON.stringify(new URL('../../../src/jobs/filters/read-filters.ts', import.meta.url).href)};
      const rules = readRules([{ kind: 'file', value: process.argv.at(-1) }], process.cwd(), undefined);
      const filter = openFilter(rules, undefined);
      console.log(filter.excludes('a.tmp'), filter.excludes('a.csv'));`;
    tree.write('program.mjs', program);
    const line = `"${process.execPath}" program.mjs ${words.replace('--filter-from ', '')}`;
    expect(execFileSync('bash', ['-c', line], { cwd: tree.root }).toString()).toBe('true false\n');
  });

  test.each<[string, string, string, () => void]>([
    ['not there', 'nowhere', 'no such file', () => undefined],
    ['a folder', 'data', 'is a folder', () => undefined],
    ['without end', '/dev/zero', 'more than 1 MiB', () => undefined],
    ['of absurd size', 'big', 'more than 1 MiB', () => tree.write('big', '#'.repeat(1024 * 1024 + 1))],
    ['no UTF-8', 'latin', 'not UTF-8', () => tree.write('latin', Buffer.from([0x61, 0xff]))],
  ])('is refused when it is %s', (_, value, reason, make) => {
    make();
    const { code, message } = refusal(() => withRules(value));
    expect(code).toBe('usage');
    expect(message).toMatch(/^cannot read --filter-from /);
    expect(message).toContain(value);
    expect(message).toContain(reason);
  });
});

describe("a rule that begins with the source's own place", () => {
  const way = 'write "/secrets"';

  test('is refused with what to write instead, wherever it is', () => {
    const pattern = `${tree.at('data')}/secrets`;
    const flag = refusal(() =>
      readFilters([{ kind: 'exclude', value: pattern }], tree.root, tree.at('data')),
    );
    expect(flag).toMatchObject({ code: 'usage', message: expect.stringContaining(way) });
    expect(flag.message).toContain(`--exclude ${JSON.stringify(pattern)} `);

    tree.write('rules', `ok\n!${pattern}\n`);
    const file = refusal(() => withRules('rules'));
    expect(file).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^rules, line 2: .*write "\/secrets"/),
    });

    tree.write(`data/${IGNORE_FILE}`, `${pattern}/\n`);
    expect(refusal(withIgnoreFile).message).toMatch(/line 1: .*write "\/secrets\/"/);
  });

  test('is refused also when the source is reached through a link', () => {
    fs.symlinkSync('data', tree.at('link'));
    const value = `${fs.realpathSync(tree.at('data'))}/secrets`;
    const call = () => readFilters([{ kind: 'include', value }], tree.root, tree.at('link'));
    expect(refusal(call).message).toContain(way);
  });

  test('and is the place itself is refused', () => {
    const call = () => readFilters([{ kind: 'exclude', value: tree.at('data') }], tree.root, tree.at('data'));
    expect(refusal(call).message).toContain('write "*"');
  });

  test('is a rule like any other where the source has such a path, or lies elsewhere', () => {
    const value = `${tree.at('data')}/secrets`;
    const rule = [{ kind: 'exclude' as const, value }];
    expect(readFilters(rule, tree.root, undefined).excludes(value.slice(1))).toBe(true);
    expect(readFilters(rule, tree.root, `${tree.at('data')}2`).excludes(value.slice(1))).toBe(true);
    expect(readFilters(rule, tree.root, '/').excludes(value.slice(1))).toBe(true);
    tree.makeFolder(`data${tree.at('data')}`);
    expect(readFilters(rule, tree.root, tree.at('data')).excludes(value.slice(1))).toBe(true);
  });
});
