import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { fakeHost } from '../support/cli/fake-host.ts';

async function run(...argv: string[]) {
  const fake = fakeHost();
  const status = await main(argv, fake.host);
  return { status, stdout: fake.stdout(), stderr: fake.stderr(), fake };
}

describe('a wrong command line', () => {
  test.each([
    [['sync', 'a'], /missing required argument 'dest'/],
    [['sync', 'a', 'stage://local/a', '--frobnicate'], /unknown option '--frobnicate'/],
    [['push', 'a', 'stage://local/a'], /unknown command 'push': "stagesync sync" does that/],
    [['synk'], /unknown command 'synk' \(Did you mean sync\?\)/],
    [['sync', 'a', 'stage://local/a', 'b'], /takes SOURCE and DEST; "b" is one too many: leave out/],
    [['sync', 'a', 'b', 'c', 'd'], /; "c", "d" are too many: .* quote names with spaces/],
    [['ls', 'stage://local/a', 'b'], /ls takes ADDRESS; "b" is one too many/],
    [['emulator', 'x'], /takes no arguments; "x" is one too many/],
    [
      ['sync', 'a', 'stage://local/a', '--force', 'foo'],
      /; "foo" is one too many: it is no value of --force, which takes empty-source, max-delete, all or nothing/,
    ],
    [
      ['sync', '--force', 'foo', 'a', 'stage://local/a'],
      /; "foo", "a", "stage:.*" are 3: "foo" is no value of --force/,
    ],
    [['sync', 'a', 'b', '--force', 'max-delete', 'c'], /; "c" is one too many: leave out/],
    [['sync', 'a', 'stage://local/a', '--max-delete', 'half'], /--max-delete.*a count, like 20/],
    [['sync', 'a', 'stage://local/a', '--concurrency', '0'], /--concurrency.*1 or more/],
    [['sync', 'a', 'stage://local/a', '--concurrency', 'many'], /--concurrency.*1 or more, or 'auto'/],
    [['sync', 'a', 'stage://local/a', '--compare', 'luck'], /Allowed choices are size, content/],
    [['sync', 'a', 'stage://local/a', '--force=luck'], /guards are empty-source, max-delete and all/],
    [['sync', 'a', 'stage://local/a', '--quiet', '--verbose'], /cannot be used with option/],
    [['cat'], /missing required argument 'address'/],
    [['emulator', '--port', '65536'], /port from 0/],
  ])('%j is one line on stderr with the way out, status 2', async (argv, message) => {
    const { status, stdout, stderr } = await run(...argv);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^stagesync: [^\n]* See "stagesync [^\n]*--help"\n$/);
  });

  test('ends the output of --json with a report all the same', async () => {
    const { status, stdout } = await run('sync', 'a', '--json');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'report',
      outcome: 'failures',
      error: { code: 'usage' },
    });
  });

  test('without a command is the help text on stderr, status 2', async () => {
    const { status, stdout, stderr } = await run();
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: stagesync');
  });
});

describe('help', () => {
  test('--help and --version are answers, status 0', async () => {
    expect(await run('--help')).toMatchObject({ status: 0, stderr: '' });
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('names the exit statuses', async () => {
    const { stdout } = await run('help', 'exit-status');
    for (const status of [0, 1, 2, 3, 4, 5, 6, 130, 143])
      expect(stdout).toMatch(new RegExp(`^  ${status} +\\S`, 'm'));
  });
});

describe('a fault of our own', () => {
  /** A host whose working directory is no text: what uses it fails as a mistake in the program would. */
  const broken = (env: Record<string, string> = {}) => {
    const fake = fakeHost(env);
    return { ...fake, host: { ...fake.host, cwd: undefined as unknown as string } };
  };
  const argv = ['sync', 'a', 'stage://local/a'];

  test('is one line that says how to get the stack, status 1', async () => {
    const fake = broken();
    expect(await main(argv, fake.host)).toBe(1);
    expect(fake.stderr()).toMatch(/^stagesync: unexpected: [^\n]+ \(STAGESYNC_DEBUG=1 [^\n]+\)\n$/);
  });

  test.each([
    ['STAGESYNC_DEBUG', argv, { STAGESYNC_DEBUG: '1' }],
    ['--verbose', [...argv, '--verbose'], {}],
  ])('shows its stack with %s', async (_name, line, env) => {
    const fake = broken(env);
    expect(await main(line, fake.host)).toBe(1);
    expect(fake.stderr()).toMatch(/^stagesync: unexpected: [^\n]+\n.*\n +at /s);
  });

  test('is in the report of --json', async () => {
    const fake = broken();
    expect(await main([...argv, '--json'], fake.host)).toBe(1);
    expect(JSON.parse(fake.stdout())).toMatchObject({ outcome: 'failures', error: { code: 'unexpected' } });
  });
});

test('the signal handlers are gone when the command is over', async () => {
  const { fake } = await run('sync', 'a');
  expect(fake.listeners('SIGINT')).toBe(0);
  expect(fake.listeners('SIGTERM')).toBe(0);
});
