import type { ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { cliSandbox, type CliOptions } from '../../support/cli/cli.ts';
import { rawRequest } from '../../support/network/raw-request.ts';
import { writeTree } from '../../support/trees/trees.ts';

const TRACE = fileURLToPath(new URL('../../support/cli/trace-imports.mjs', import.meta.url));

/** A folder with a jobs file of one watch, and what starts `up` there; its log is read as objects. */
async function jobs() {
  const cli = await cliSandbox();
  onTestFinished(() => cli[Symbol.asyncDispose]());
  await writeTree(cli.folder, {
    'data/a.csv': 'a',
    'stagesync.yaml': 'jobs:\n  orders:\n    from: data\n    to: stage://local/orders\n    watch: true\n',
  });
  return {
    cli,
    up: async (args: readonly string[], options: CliOptions = {}) => {
      let child!: ChildProcess;
      let text = '';
      const result = cli.run(['up', '--log', 'json', ...args], {
        ...options,
        running: (process) => {
          child = process;
          child.stderr?.on('data', (part: Buffer) => (text += part.toString()));
        },
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const line = (event: string): Record<string, unknown> | undefined =>
        text
          .split('\n')
          .slice(0, -1)
          .map((each) => JSON.parse(each) as Record<string, unknown>)
          .find((each) => each['event'] === event);
      await vi.waitFor(() => expect(line('ready'), text).toBeDefined(), { timeout: 30_000, interval: 30 });
      return {
        line,
        stop: async (): Promise<number> => {
          child.kill('SIGTERM');
          return (await result).status;
        },
      };
    },
  };
}

test('up --http serves the page of its jobs to whoever opens the link, and nobody else', async () => {
  const { cli, up } = await jobs();
  const daemon = await up(['--http', '0']);
  const printed = new URL(String(daemon.line('page')?.['url']));
  const { origin } = printed;
  const signIn = (link: string) =>
    fetch(`${origin}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: new URL(link).hash.replace('#login=', '') }),
    });
  expect((await fetch(`${origin}/api/view`)).status).toBe(401);
  const session = await signIn(printed.href);
  expect(session.status).toBe(204);
  expect((await signIn(printed.href)).status).toBe(401);
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
  const view = (await (await fetch(`${origin}/api/view`, { headers: { cookie } })).json()) as object;
  expect(view).toMatchObject({ jobs: [{ name: 'orders', watch: true }] });
  // another link, for another browser
  const { status, stdout } = await cli.run(['page']);
  expect(status).toBe(0);
  expect((await signIn(stdout.trim())).status).toBe(204);
  expect(await (await fetch(`${origin}/metrics`)).text()).toMatch(/^stagesync_\w+\{.*job="orders"/m);
  expect((await rawRequest(origin, ['GET / HTTP/1.1', 'Host: rebound.example'])).status).toBe(403);
  expect(await daemon.stop()).toBe(0);
});

test('a page that others can reach needs a token, which signs in', async () => {
  const { cli, up } = await jobs();
  const refused = await cli.run(['up', '--http', '0.0.0.0:0']);
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--http-token-file FILE')]);
  await writeFile(join(cli.folder, 'token'), 'too-short');
  const short = await cli.run(['up', '--http', '0.0.0.0:0', '--http-token-file', 'token']);
  expect([short.status, short.stderr]).toEqual([2, expect.stringContaining('20 to 4096 characters')]);
  const token = 'c0ffee00c0ffee00c0ffee00c0ffee00';
  await writeFile(join(cli.folder, 'token'), `${token}\n`);
  const daemon = await up(['--http', '0.0.0.0:0', '--http-token-file', 'token']);
  const { port } = new URL(String(daemon.line('page')?.['url']));
  const asked = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/api/view`, { headers });
  expect((await asked({})).status).toBe(401);
  expect((await asked({ authorization: `Bearer ${token}` })).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
  expect(await daemon.stop()).toBe(0);
});

test('without --http the daemon loads no server and no metrics, and says that it has no page', async () => {
  const { cli, up } = await jobs();
  const list = join(cli.folder, '..', 'imports.txt');
  const daemon = await up([], { nodeOptions: ['--import', TRACE], env: { TRACE_IMPORTS: list } });
  const page = await cli.run(['page']);
  expect([page.status, page.stderr]).toEqual([2, expect.stringContaining('up --http ADDRESS')]);
  expect(await daemon.stop()).toBe(0);
  const modules = (await readFile(list, 'utf8')).split('\n');
  expect(modules.length).toBeGreaterThan(50);
  expect(modules.filter((url) => /prom-client|src\/daemon\/(?:http|plans|looks)\//.test(url))).toEqual([]);
});
