import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  passwordCommandOf,
  TokenCommand,
  type TokenCommandOptions,
} from '../../../src/jobs-file/trust/token-command.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const NODE = process.execPath;
const printing = (text: string): readonly string[] => [
  NODE,
  '-e',
  `process.stdout.write(${JSON.stringify(text)})`,
];

const command = (words: readonly string[], more: Partial<TokenCommandOptions> = {}): TokenCommand =>
  new TokenCommand({ words, folder: '/', ...more });

/** A program that prints another token each time, and writes down that it ran. */
async function counting(
  folder: string,
  body: string,
): Promise<{ words: readonly string[]; runs: () => Promise<number> }> {
  const [script, log] = [join(folder, 'token.cjs'), join(folder, 'runs')];
  await writeFile(log, '');
  await writeFile(
    script,
    `const fs = require('fs'); fs.appendFileSync(${JSON.stringify(log)}, 'x'); const n = fs.readFileSync(${JSON.stringify(log)}, 'utf8').length; ${body}`,
  );
  return { words: [NODE, script], runs: async () => (await readFile(log, 'utf8')).length };
}

describe('the token is', () => {
  test.each([
    ['word-1', 'word-1'],
    ['  word-1\n', 'word-1'],
    ['{"Version": 1, "Token": "word-2"}', 'word-2'],
    ['{"token": "word-3", "expiration": null}', 'word-3'],
  ])('what is printed: %j', async (text, token) => {
    expect(await command(printing(text)).current()).toBe(token);
  });

  test('that of one run, for all who ask, until it is refused', async () => {
    const folder = await temporaryFolder();
    const { words, runs } = await counting(folder, 'console.log("token-" + n)');
    const source = command(words);
    expect(await Promise.all([source.current(), source.current(), source.current()])).toEqual(
      Array.from({ length: 3 }, () => 'token-1'),
    );
    expect(await runs()).toBe(1);
    expect(await Promise.all([source.renew('token-1'), source.renew('token-1')])).toEqual([true, true]);
    expect(await source.renew('token-1')).toBe(true);
    expect([await source.current(), await runs()]).toEqual(['token-2', 2]);
  });

  test('asked for again shortly before it expires', async () => {
    const folder = await temporaryFolder();
    const { words, runs } = await counting(
      folder,
      'console.log(JSON.stringify({ Token: "token-" + n, Expiration: "2026-11-26T12:00:00Z" }))',
    );
    let now = Date.parse('2026-11-26T11:00:00Z');
    const source = command(words, { now: () => now });
    await source.current();
    await source.current();
    expect(await runs()).toBe(1);
    now = Date.parse('2026-11-26T11:59:30Z');
    expect([await source.current(), await runs()]).toEqual(['token-2', 2]);
  });

  test('refused for good where the program prints the same again', async () => {
    const source = command(printing('word-1'));
    expect(await source.renew(await source.current())).toBe(false);
  });
});

test('the words go to the program as they are: no shell looks at them', async () => {
  const words = [NODE, '-p', 'process.argv[1]', '$(x);`y`&&z'];
  expect(await command(words).current()).toBe('$(x);`y`&&z');
});

describe('a program that is of no use is told, and never what it printed:', () => {
  const hidden = (code: string): readonly string[] => [
    NODE,
    '-e',
    `process.stdout.write("hidden-out"); process.stderr.write("hidden-err"); ${code}`,
  ];
  test.each<[string, readonly string[], RegExp]>([
    ['it fails', hidden('process.exit(3)'), /ended with status 3; what it printed is not shown/],
    ['it is not there', ['no-such-program-here', 'hidden-out'], /is not there/],
    ['it is not to be run', ['/dev/null'], /may not be run/],
    [
      'it prints too much',
      [NODE, '-e', 'process.stdout.write("hidden-out".repeat(10000))'],
      /more than a token/,
    ],
    ['it prints two words', printing('hidden-out again'), /printed no token/],
    ['it prints nothing', printing(''), /printed no token/],
    ['it prints broken JSON', printing('{"Token": "hidden-out"'), /JSON that cannot be read/],
    ['it prints JSON without a token', printing('{"Secret": "hidden-out"}'), /without a text "Token"/],
    [
      'its time is none',
      printing('{"Token": "hidden-out", "Expiration": "soon"}'),
      /"Expiration" is no time/,
    ],
  ])('what was printed is shown nowhere where %s', async (_, words, told) => {
    const error = await command(words)
      .current()
      .then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
    expect(error).toMatchObject({ code: 'config' });
    expect(error!.message).toMatch(told);
    expect(JSON.stringify([error, error!.message, error!.cause, error!.stack])).not.toContain('hidden');
  });

  test('it does not end, also where a child of it holds the output', async () => {
    const words = [
      NODE,
      '-e',
      'require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 5000)"], { stdio: "inherit" }); setInterval(() => {}, 1000)',
    ];
    await expect(command(words, { timeoutMs: 300 }).current()).rejects.toThrow('had not ended after 300ms');
  });
});

test('a password may have spaces, but is one line; its command is named as the file names it', async () => {
  const echo = (text: string): TokenCommand => passwordCommandOf(printing(text), '/');
  expect(await echo('pass word\n').current()).toBe('pass word');
  for (const text of ['', 'one\ntwo'])
    await expect(echo(text).current()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(/^the sql_password_command [^]*printed no/) as string,
    });
});
