import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliSandbox, type CliSandbox } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { useEmulators } from '../../support/cli/emulators.ts';

const start = useEmulators();

/** A machine on which everything works, with a jobs file. */
async function machine(): Promise<{ readonly cli: CliSandbox; readonly token: string }> {
  const emulator = await start({ deployments: ['prod'] });
  const cli = await cliSandbox({
    SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
  });
  await mkdir(join(cli.folder, 'data'));
  await writeFile(
    join(cli.folder, 'stagesync.yaml'),
    'jobs:\n  orders:\n    from: data\n    to: stage://prod/orders\n',
  );
  return { cli, token: emulator.token };
}

type Line = {
  readonly type: string;
  readonly check?: string;
  readonly level?: string;
  readonly wayOut?: string;
};

const linesOf = (stdout: string): Line[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

test('a job for which everything works: each line is ok, the status is 0, and nothing was changed', async () => {
  const { cli, token } = await machine();
  await using _ = cli;
  const { status, stdout, stderr } = await commandInside(cli, ['doctor', 'orders', '--json']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = linesOf(stdout);
  expect(lines.filter(({ level }) => level === 'failed' || level === 'warning')).toEqual([]);
  expect(lines.flatMap(({ check, level }) => (level === 'ok' ? [check] : []))).toEqual([
    'versions',
    'state folder',
    'limits',
    'jobs file',
    'token',
    'organization',
    'clock',
    'Stage',
    'directory',
  ]);
  expect(lines.at(-1)).toMatchObject({ type: 'summary', warnings: 0, failed: 0 });
  expect(stdout).not.toContain(token);
  const text = await commandInside(cli, ['doctor', 'orders']);
  expect(text.stdout).toMatch(/^ok {7}token {9}valid/m);
  expect(text.stdout).toMatch(/\nEverything that was tried works\n$/);
});

test.each<[string, (cli: CliSandbox) => Promise<unknown> | void, readonly string[], object, number, string]>([
  ['the token', () => undefined, [], { SINGLESTOREDB_MANAGEMENT_TOKEN: 'wrong-one' }, 5, 'token'],
  ['no token', () => undefined, [], { SINGLESTOREDB_MANAGEMENT_TOKEN: '' }, 2, 'token'],
  [
    'the address of the API',
    () => undefined,
    [],
    { SINGLESTOREDB_MANAGEMENT_BASE_URL: 'http://127.0.0.1:9' },
    5,
    'organization',
  ],
  ['the API’s version', () => undefined, [], { SINGLESTOREDB_MANAGEMENT_VERSION: 'v9' }, 2, 'token'],
  ['the deployment', () => undefined, ['stage://prid/x'], {}, 5, 'Stage'],
  ['the source', () => undefined, ['./none'], {}, 5, 'directory'],
  ['the proxy', () => undefined, [], { https_proxy: 'socks5://a:b@proxy' }, 2, 'proxy'],
  [
    'the jobs file',
    (cli) => writeFile(join(cli.folder, 'stagesync.yaml'), 'jobs: [1]\n'),
    [],
    {},
    2,
    'jobs file',
  ],
  [
    'a file of the token',
    (cli) => writeFile(join(cli.folder, 'token'), ''),
    ['--token-file', 'token'],
    {},
    2,
    'token',
  ],
  ['the login of the database', () => undefined, [], { SINGLESTOREDB_USER: 'ada' }, 2, 'database'],
])(
  '%s is broken: that line has the way out, and the status says so',
  async (_what, breakIt, args, env, expected, check) => {
    const { cli, token } = await machine();
    await using _ = cli;
    await breakIt(cli);
    const { status, stdout } = await commandInside(cli, ['doctor', ...args, '--json'], {
      env: env as Record<string, string>,
    });
    const failed = linesOf(stdout).filter(({ level }) => level === 'failed');
    expect(failed.map((line) => line.check)).toContain(check);
    expect(status).toBe(expected);
    for (const secret of [token, 'wrong-one', 'a:b']) expect(stdout).not.toContain(secret);
  },
);

test('a state folder that is a file is told', async () => {
  const { cli } = await machine();
  await using _ = cli;
  await writeFile(cli.stateFolder, '');
  await chmod(cli.stateFolder, 0o400);
  const { status, stdout } = await commandInside(cli, ['doctor', 'data']);
  expect(status).toBe(2);
  expect(stdout).toMatch(/^failed {3}state folder /m);
  expect(stdout).toMatch(/-> .*XDG_STATE_HOME/);
});

test('a job that is not there names the nearest', async () => {
  const { cli } = await machine();
  await using _ = cli;
  const { status, stderr } = await commandInside(cli, ['doctor', 'ordes']);
  expect(status).toBe(2);
  expect(stderr).toContain('did you mean "orders"?');
});

test('--probe answers each question, leaves nothing, and its report has no name and no secret', async () => {
  const { cli, token } = await machine();
  await using _ = cli;
  await commandInside(cli, ['mkdir', 'stage://prod/secret-folder']);
  const { status, stdout, stderr } = await commandInside(cli, [
    'doctor',
    '--probe',
    'stage://prod/',
    '--json',
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = linesOf(stdout);
  expect(lines.filter(({ type }) => type === 'answer').length).toBeGreaterThan(12);
  expect(lines.at(-1)).toMatchObject({ type: 'summary', isClean: true, isWhole: true, open: [] });
  const url = cli.env['SINGLESTOREDB_MANAGEMENT_BASE_URL']!;
  for (const text of [token, 'prod', 'secret-folder', url, new URL(url).port, cli.folder])
    expect(stdout).not.toContain(text);
  expect((await commandInside(cli, ['ls', 'stage://prod/'])).stdout).toMatch(/^[^\n]*secret-folder\/\n$/);
});

test.each([
  [['--probe', 'stage://prod/a'], /top of a Stage/],
  [['--probe', 'data'], /must be a Stage address/],
  [['--probe', 'stage://prod/', 'orders'], /leave out the other one/],
])('%j is refused', async (args, message) => {
  const { cli } = await machine();
  await using _ = cli;
  const { status, stderr } = await commandInside(cli, ['doctor', ...args]);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});
