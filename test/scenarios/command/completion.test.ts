import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile, lstat } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cliSandbox, type CliSandbox } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';

const BIN = fileURLToPath(new URL('../../../bin/stagesync.js', import.meta.url));

const answer = async (cli: CliSandbox, ...words: readonly string[]): Promise<string[]> => {
  const { status, stdout, stderr } = await commandInside(cli, [
    'completion',
    'answer',
    'fish',
    '--',
    ...words,
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
};
const values = async (cli: CliSandbox, ...words: readonly string[]): Promise<string[]> =>
  (await answer(cli, ...words)).slice(0, -1).map((line) => line.split('\t')[0]!);

describe('what is answered', () => {
  test('commands, also for help; jobs of the file here; nothing for what is not known', async () => {
    await using cli = await cliSandbox();
    expect(await values(cli, 'sy')).toEqual(['sync']);
    expect(await values(cli, 'help', 'rem')).toEqual(['removals']);
    expect(await values(cli, 'nothing-like-it', '')).toEqual([]);
    expect(await values(cli, 'run', '')).toEqual([]);
    const jobs = 'jobs:\n  orders:\n    from: data\n    to: stage://local/orders\n';
    await writeFile(join(cli.folder, 'stagesync.yaml'), jobs);
    expect(await values(cli, 'run', '')).toEqual(['orders']);
    expect(await answer(cli, 'check', 'o')).toEqual([expect.stringContaining('orders\t'), ': files']);
    await writeFile(join(cli.folder, 'stagesync.yaml'), 'jobs: [broken');
    expect(await answer(cli, 'run', '')).toEqual([':']);
  });

  test('a server that never answers keeps nobody waiting, and the process ends', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    await using cli = await cliSandbox({
      SINGLESTOREDB_MANAGEMENT_BASE_URL: `http://127.0.0.1:${port}`,
      SINGLESTOREDB_MANAGEMENT_TOKEN: 'any',
    });
    const { status, stdout } = await cli.run(['completion', 'answer', 'zsh', '--', 'ls', 'stage://']);
    silent.close();
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'stage://local/\n: nospace\n' });
  });
});

describe('install and uninstall', () => {
  const rc = (cli: CliSandbox): string => join(cli.env['HOME']!, '.bashrc');

  test.each([undefined, '', 'alias a=b', 'é\u0000\r\n'])('a file %j is as it was', async (before) => {
    await using cli = await cliSandbox({ SHELL: '/bin/bash' });
    if (before !== undefined) await writeFile(rc(cli), before, 'latin1');
    expect((await commandInside(cli, ['completion', 'install'])).status).toBe(0);
    expect(await readFile(rc(cli), 'latin1')).toContain('complete -F _stagesync stagesync');
    expect((await commandInside(cli, ['completion', 'status'])).stdout).toMatch(/^bash +yes /m);
    expect((await commandInside(cli, ['completion', 'install'])).stdout).toMatch(/has it already/);
    expect((await commandInside(cli, ['completion', 'uninstall'])).status).toBe(0);
    const after = await readFile(rc(cli), 'latin1').catch(() => undefined);
    expect(after).toBe(before);
    expect((await commandInside(cli, ['completion', 'status'])).stdout).toMatch(/^bash +no /m);
  });

  test('a link stays a link, and its file keeps its rights', async () => {
    await using cli = await cliSandbox();
    const real = join(cli.folder, 'dotfiles-bashrc');
    await writeFile(real, 'x\n');
    await chmod(real, 0o640);
    await symlink(real, rc(cli));
    await commandInside(cli, ['completion', 'install', 'bash']);
    expect((await lstat(rc(cli))).isSymbolicLink()).toBe(true);
    expect((await lstat(real)).mode & 0o777).toBe(0o640);
    expect(await readFile(real, 'utf8')).toContain('_stagesync');
  });

  test('a shell that cannot be told has to be named', async () => {
    await using cli = await cliSandbox();
    const { status, stderr } = await commandInside(cli, ['completion', 'install']);
    expect(status).toBe(2);
    expect(stderr).toContain('name one of bash, zsh, fish, powershell');
  });
});

/** In a real shell, where this machine has it. */
function inShell(cli: CliSandbox, shell: string, args: readonly string[]): string {
  const env = { ...cli.env, PATH: `${join(cli.folder, 'bin')}:${cli.env['PATH']}` };
  const { stdout, stderr, status } = spawnSync(shell, args, { env, cwd: cli.folder, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}
const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

/** The command by its name, and two files. */
async function shellMachine(): Promise<CliSandbox> {
  const cli = await cliSandbox();
  await mkdir(join(cli.folder, 'bin'));
  await writeFile(join(cli.folder, 'bin/stagesync'), `#!/bin/sh\nexec ${process.execPath} ${BIN} "$@"\n`);
  await chmod(join(cli.folder, 'bin/stagesync'), 0o755);
  await mkdir(join(cli.folder, 'data'));
  await writeFile(join(cli.folder, 'data/a b.csv'), '');
  return cli;
}

/** What bash would do for a line, with its words as it breaks them. */
const IN_BASH = String.raw`
compopt() { :; }
eval "$(stagesync completion bash)"
try() { COMP_LINE=$1; COMP_POINT=${'$'}{#1}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stagesync; printf '%s|' "${'$'}{COMPREPLY[@]}"; echo; }
try 'stagesync sync --compare=' stagesync sync --compare =
try 'stagesync ls stage://loc' stagesync ls stage : //loc
try 'stagesync put data/' stagesync put data/
`;

test.runIf(has('bash'))('bash completes values, addresses and files', async () => {
  await using cli = await shellMachine();
  expect(inShell(cli, 'bash', ['-c', IN_BASH]).split('\n').slice(0, 3)).toEqual([
    'size|content|size-only|',
    '//local/|',
    'data/a b.csv|',
  ]);
});

test.runIf(has('fish'))('fish completes values, addresses and files', async () => {
  await using cli = await shellMachine();
  await cli.run(['completion', 'install', 'fish']);
  const lines = ['sync --compare ', 'ls stage://loc', 'put data/'];
  const script = lines.map((line) => `complete -C "stagesync ${line}"`).join('; ');
  expect(inShell(cli, 'fish', ['-c', script]).trim().split('\n').sort()).toEqual(
    ['content', 'size', 'size-only', 'stage://local/', 'data/a b.csv'].sort(),
  );
});

test.runIf(has('zsh'))('zsh reads the script', async () => {
  await using cli = await shellMachine();
  const script =
    'autoload -Uz compinit && compinit -u -D; eval "$(stagesync completion zsh)"; print $_comps[stagesync]';
  expect(inShell(cli, 'zsh', ['-fc', script])).toBe('_stagesync\n');
});
