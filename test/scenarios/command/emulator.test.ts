import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliSandbox, type CliResult, type CliSandbox } from '../../support/cli/cli.ts';
import { rawRequest } from '../../support/network/raw-request.ts';
import { writeTree } from '../../support/trees/trees.ts';

/** Starts `stagesync emulator` and waits for its first line. */
async function serving(cli: CliSandbox, ...args: string[]) {
  let child!: ChildProcess;
  let ready = (_line: string): void => undefined;
  const firstLine = new Promise<string>((resolve) => (ready = resolve));
  const over = cli.run(['emulator', ...args], {
    running: (process) => {
      child = process;
      let text = '';
      process.stdout?.on('data', (part: Buffer) => {
        text += part.toString();
        if (text.includes('\n')) ready(text.slice(0, text.indexOf('\n')));
      });
    },
  });
  const line = await Promise.race([firstLine, over.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  const stop = (signal: NodeJS.Signals): Promise<CliResult> => {
    child.kill(signal);
    return over;
  };
  return { line, stop };
}

test('prints one object when ready, serves clients, and SIGTERM ends it with status 0', async () => {
  await using cli = await cliSandbox();
  const id = 'aaaaaaaa-0000-4000-8000-00000000000a';
  const flags = ['--json', '--data', 'stage', '--token', 'abc', '--deployment', id, '--deployment', 'mine'];
  const { line, stop } = await serving(cli, ...flags);
  const { url, token, deployments } = JSON.parse(line) as {
    url: string;
    token: string;
    deployments: string[];
  };
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(token).toBe('abc');
  expect(deployments).toContain(id);
  expect(deployments).toHaveLength(2);

  const env = { SINGLESTOREDB_MANAGEMENT_BASE_URL: url, SINGLESTOREDB_MANAGEMENT_TOKEN: token };
  await writeTree(cli.folder, { 'data/a.csv': 'hello' });
  expect(await cli.run(['sync', 'data', 'stage://mine/x'], { env })).toMatchObject({ status: 0, stderr: '' });
  expect(
    (await cli.run(['cat', 'stage:///x/a.csv'], { env: { ...env, SINGLESTOREDB_WORKSPACE_GROUP: 'mine' } }))
      .stdout,
  ).toBe('hello');
  expect(
    (
      await cli.run(['cat', 'stage:///x/a.csv', '--api-version', 'v2'], {
        env: { ...env, SINGLESTOREDB_WORKSPACE: 'mine' },
      })
    ).stdout,
  ).toBe('hello');
  const ended = await stop('SIGTERM');
  expect(ended.status).toBe(0);
  expect(ended.stdout).toBe(`${line}\n`);

  // its files survive
  const again = await serving(cli, '--data', join(cli.folder, 'stage'), '--token', 'abc');
  expect(again.line).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const there = { ...env, SINGLESTOREDB_MANAGEMENT_BASE_URL: again.line };
  expect((await cli.run(['cat', 'stage://mine/x/a.csv'], { env: there })).stdout).toBe('hello');
  const stopped = await again.stop('SIGINT');
  expect(stopped.status).toBe(0);
  expect(stopped.stderr).toContain(`SINGLESTOREDB_MANAGEMENT_BASE_URL=${again.line}\n`);
});

test('without flags it serves the files of stage://local, with a new token', async () => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, { 'data/a.csv': 'hello' });
  await cli.run(['sync', 'data', 'stage://local/x']);
  const { line, stop } = await serving(cli, '--json');
  const { url, token } = JSON.parse(line) as { url: string; token: string };
  const env = { SINGLESTOREDB_MANAGEMENT_BASE_URL: url, SINGLESTOREDB_MANAGEMENT_TOKEN: token };
  const { deployments } = JSON.parse(line) as { deployments: string[] };
  const remote = await cli.run(['cat', `stage://${deployments[0]}/x/a.csv`], { env });
  expect(remote.stdout).toBe('hello');
  await stop('SIGTERM');
});

test('a port that is taken is one line, status 2', async () => {
  await using cli = await cliSandbox();
  const { line, stop } = await serving(cli);
  const second = await cli.run(['emulator', '--port', new URL(line).port]);
  expect(second.status).toBe(2);
  expect(second.stderr).toMatch(
    /^stagesync: cannot start the emulator on port \d+ [^\n]*EADDRINUSE[^\n]*; --port 0 takes a free one\n$/,
  );
  await stop('SIGTERM');
});

test('answers to another name only when it is allowed', async () => {
  await using cli = await cliSandbox();
  const { line, stop } = await serving(cli, '--allowed-host', 'stage.internal', '--allowed-host', 'Other');
  for (const [host, status] of [
    ['stage.internal:1', 401],
    ['other', 401],
    ['evil.example', 403],
  ] as const)
    expect((await rawRequest(line, ['GET /v1/regions HTTP/1.1', `Host: ${host}`])).status).toBe(status);
  await stop('SIGTERM');
  const refused = await cli.run(['emulator', '--allowed-host', 'http://x']);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('without scheme and port');
});
