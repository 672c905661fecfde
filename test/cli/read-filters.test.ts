import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readFilters } from '../../src/cli/read-filters.ts';
import { isSyncError } from '../../src/model/errors.ts';
import { localTree } from '../support/local-tree.ts';
import type { LocalTree } from '../support/local-tree.ts';

const IGNORE_FILE = '.stagesyncignore';

let tree: LocalTree;
beforeEach(() => {
  tree = localTree();
  tree.makeFolder('data');
});
afterEach(() => tree[Symbol.dispose]());

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
      import { readFilters } from ${JSON.stringify(new URL('../../src/cli/read-filters.ts', import.meta.url).href)};
      const filter = readFilters([{ kind: 'file', value: process.argv.at(-1) }], process.cwd(), undefined);
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
