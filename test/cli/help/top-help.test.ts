import { describe, expect, test } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { topHelp } from '../../../src/cli/help/top-help.ts';
import { TOPICS } from '../../../src/cli/help/topics.ts';
import type { Terminal } from '../../../src/cli/process/terminal.ts';
import { fakeHost } from '../../support/cli/fake-host.ts';
import { ALL_ROWS, wholeProgram } from '../../support/cli/nouns.ts';

const PLAIN: Terminal = { width: 80, hasColours: false, hasLinks: false };

async function run(...argv: string[]) {
  const fake = fakeHost();
  const status = await main(argv, fake.host);
  return { status, stdout: fake.stdout(), stderr: fake.stderr() };
}

describe('the help text', () => {
  test.each([40, 80, 100])('fits a terminal of %i columns, but for examples', (width) => {
    const lines = topHelp(ALL_ROWS, { ...PLAIN, width }).split('\n');
    const wide = lines.filter((line) => line.length > width && !line.startsWith('  stagesync '));
    expect(wide).toEqual([]);
  });

  test('has each command once, on one line of 80 columns', () => {
    const text = topHelp(ALL_ROWS, PLAIN);
    for (const { name, summary } of ALL_ROWS)
      expect(text.split('\n').filter((line) => line.startsWith(`  ${name} `))).toEqual([
        `  ${name.padEnd(12)}  ${summary}`,
      ]);
    for (const { name } of TOPICS) expect(text).toContain(`\n  ${name} `);
  });

  test('has colours and links only where the terminal has them', () => {
    expect(topHelp(ALL_ROWS, PLAIN)).not.toContain('\u001b');
    expect(topHelp(ALL_ROWS, { ...PLAIN, hasColours: true })).toContain('\u001b[1mFiles:\u001b[22m');
    expect(topHelp(ALL_ROWS, { ...PLAIN, hasLinks: true })).toContain('\u001b]8;;file:');
  });

  test('calls a command what its module declares', async () => {
    const names = (await wholeProgram()).commands.map((command) => command.name());
    expect(names).toEqual(ALL_ROWS.map(({ name }) => name));
  });
});

describe('help of something', () => {
  test.each(TOPICS)('$name is a page of the docs, without its marks', async ({ name }) => {
    const { status, stdout, stderr } = await run('help', name);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n').length).toBeGreaterThan(10);
    expect(stdout).not.toMatch(/\]\(|^#+ |`|^\|/m);
  });

  test('help COMMAND VERB is COMMAND VERB --help', async () => {
    expect((await run('help', 'billing', 'usage')).stdout).toBe(
      (await run('bill', 'usage', '--help')).stdout,
    );
  });

  test.each([
    [['help', 'foo'], /no help for 'foo': it is no command and no topic\. See "stagesync --help"/],
    [['help', 'removal'], /Did you mean removals\?/],
    [['help', 'sinc'], /Did you mean sync\?/],
    [['foo'], /unknown command 'foo'\. See/],
    [['stauts'], /unknown command 'stauts' \(Did you mean status\?\)/],
    [['workspacs', 'list'], /Did you mean workspaces\?/],
    [['--json', 'ls', 'x'], /unknown option '--json' before a command; flags come after it/],
  ])('%j names the nearest', async (argv, message) => {
    const { status, stdout, stderr } = await run(...argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test.each([['version'], ['--version'], ['-V']])('%s prints the version alone', async (word) => {
    expect(await run(word)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
