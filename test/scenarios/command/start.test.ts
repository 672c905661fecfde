import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cliSandbox, type CliSandbox } from '../../support/cli/cli.ts';
import { writeTree } from '../../support/trees/trees.ts';

const TRACE = fileURLToPath(new URL('../../support/cli/trace-imports.mjs', import.meta.url));

/** The packages in node_modules that a command line loads. */
async function packagesLoadedBy(
  cli: CliSandbox,
  args: readonly string[],
  { stopAfter }: { readonly stopAfter?: RegExp | undefined } = {},
) {
  const list = join(cli.folder, '..', 'imports.txt');
  const result = await cli.run(args, {
    nodeOptions: ['--import', TRACE],
    env: { TRACE_IMPORTS: list },
    running: (child) => {
      if (stopAfter === undefined) return;
      let isStopped = false;
      for (const stream of [child.stdout, child.stderr]) {
        let text = '';
        stream?.on('data', (part: Buffer) => {
          text += part.toString();
          // a second signal would end it at once
          if (!isStopped && stopAfter.test(text)) isStopped = child.kill('SIGTERM');
        });
      }
    },
  });
  const modules = (await readFile(list, 'utf8')).split('\n');
  const packages = modules.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return { status: result.status, packages: new Set(packages), modules };
}

test.each([
  [[], 2],
  [['--help'], 0],
  [['--version'], 0],
  [['help', 'removals'], 0],
  [['synk'], 2],
])('%j answers without loading a package or a command', async (args, expected) => {
  await using cli = await cliSandbox();
  const { status, packages, modules } = await packagesLoadedBy(cli, args);
  expect(status).toBe(expected);
  expect([...packages]).toEqual([]);
  expect(modules.filter((url) => /src\/(cli\/(commands|management|flags)|sync|stage)\//.test(url))).toEqual(
    [],
  );
});

test.each([
  [['sync', '--help']],
  [['help', 'sync']],
  [['workspaces', '--help']],
  [['billing', 'usage', '--help']],
])('%j answers without loading anything but the argument parser', async (args) => {
  await using cli = await cliSandbox();
  const { status, packages, modules } = await packagesLoadedBy(cli, args);
  expect(status).toBe(0);
  expect([...packages]).toEqual(['commander']);
  expect(modules.filter((url) => /src\/(stage|api|billing|emulator|sources)\//.test(url))).toEqual([]);
  const isNoun = args.some((word) => word === 'workspaces' || word === 'billing');
  expect(modules.some((url) => /src\/cli\/commands\/(workspaces|billing)\//.test(url))).toBe(isNoun);
  expect(modules).not.toContain('node:sqlite');
  const commands = modules.flatMap((url) => /src\/cli\/commands\/(\w+)\/command/.exec(url)?.[1] ?? []);
  expect(commands).toHaveLength(1);
});

test('a wrong flag is refused without loading anything either', async () => {
  await using cli = await cliSandbox();
  const { status, packages } = await packagesLoadedBy(cli, ['sync', 'a', 'stage://local/a', '--frobnicate']);
  expect(status).toBe(2);
  expect([...packages]).toEqual(['commander']);
});

test('a sync of a directory loads no AWS package, and nothing that is shared between machines', async () => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  const { status, packages, modules } = await packagesLoadedBy(cli, ['sync', 'data', 'stage://local/data']);
  expect(status).toBe(0);
  expect([...packages].filter((name) => /^@(aws-sdk|smithy)\//.test(name))).toEqual([]);
  expect([...packages].filter((name) => /redis|bullmq/.test(name))).toEqual([]);
  // a flag may read an address
  expect(modules.filter((url) => /\/src\/cluster\/(?!redis\/redis-url)/.test(url))).toEqual([]);
  expect(packages).toContain('undici');
});

test.each([
  ['run', ['run', 'data']],
  ['up', ['up', '--log', 'json']],
  ['watch', ['watch', 'data', 'stage://local/data', '--json']],
])(
  '%s loads nothing that is shared between machines, unless a flag names a server',
  async (command, args) => {
    await using cli = await cliSandbox();
    await writeTree(cli.folder, {
      'data/a.csv': 'a',
      'stagesync.yaml': 'jobs:\n  data: { from: data, to: stage://local/data, watch: true }\n',
    });
    const { status, packages, modules } = await packagesLoadedBy(cli, args, {
      // a daemon has opened everything once its first pass has ended
      stopAfter: command === 'run' ? undefined : /"(?:type":"report|event":"pass)"/,
    });
    expect(status).toBe(0);
    expect([...packages].filter((name) => /redis|bullmq/.test(name))).toEqual([]);
    expect(
      modules.filter((url) => /\/src\/cluster\/(?!redis\/redis-url|budget\/budget-address)/.test(url)),
    ).toEqual([]);
    expect(modules.some((url) => url.includes(`/src/cli/commands/${command}/run-`))).toBe(true);
    expect(packages).toContain('undici');
  },
);

test('a sync loads nothing of the Management API’s commands, of billing, or of pictures', async () => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  const { status, packages, modules } = await packagesLoadedBy(cli, ['sync', 'data', 'stage://local/data']);
  expect(status).toBe(0);
  const theirs =
    /src\/(?:billing|api\/(?:resources|repeats|waiting|names\/(?!id))|cli\/management\/(?!declare-noun))/;
  expect(modules.filter((url) => theirs.test(url))).toEqual([]);
  expect(packages).not.toContain('d3-scale');
});

test('a sync loads nothing of the way to a table unless it is asked for', async () => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  const sync = ['sync', 'data', 'stage://local/data'];
  const ofLoading = (modules: readonly string[]): string[] =>
    modules.filter((url) => /src\/(?:data-api|load|jobs\/load|sync\/load)\//.test(url));
  const plain = await packagesLoadedBy(cli, sync);
  expect(plain.status).toBe(0);
  expect(ofLoading(plain.modules)).toEqual([]);
  const asked = await packagesLoadedBy(cli, [...sync, '--load-database', 'demo']);
  expect(asked.status).toBe(0);
  expect(ofLoading(asked.modules)).not.toEqual([]);
});

test('a sync to a remote Stage loads no server', async () => {
  await using cli = await cliSandbox({
    SINGLESTOREDB_MANAGEMENT_TOKEN: 'none',
    SINGLESTOREDB_MANAGEMENT_BASE_URL: 'http://127.0.0.1:9',
  });
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  const address = 'stage://00000000-0000-4000-8000-000000000000/data';
  const { status, packages } = await packagesLoadedBy(cli, ['sync', 'data', address]);
  expect(status).toBe(5);
  expect(packages).not.toContain('fastify');
});
