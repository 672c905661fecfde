import { chmod, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { cliSandbox, type CliResult } from '../../support/cli/cli.ts';
import { refusingPort } from '../../support/network/refusing-port.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const NO_SUCH_ID = '00000000-0000-4000-8000-000000000000';

/** One line, this status, this code in the report, no stack. */
function expectRefusal(result: CliResult, status: number, code: string, message: RegExp): void {
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toMatch(/^stagesync: [^\n]+\n$/);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.status).toBe(status);
  expect(result.report).toMatchObject({ type: 'report', uploaded: 0, error: { code } });
}

const DATA = { 'data/a.csv': 'a', 'data/b.csv': 'b' };

test('a wrong token', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, DATA);
  const run = await commandInside(stage.cli, ['sync', 'data', stage.address, '--json'], {
    env: { SINGLESTOREDB_MANAGEMENT_TOKEN: 'wrong' },
  });
  expectRefusal(run, 5, 'stage_unauthorised', /API key/i);
});

test('no token', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, DATA);
  const run = await commandInside(stage.cli, ['sync', 'data', stage.address, '--json'], {
    env: { SINGLESTOREDB_MANAGEMENT_TOKEN: undefined },
  });
  expectRefusal(run, 2, 'config', /SINGLESTOREDB_MANAGEMENT_TOKEN.*stage:\/\/local/);
});

test('a deployment that does not exist, by ID and by name', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, DATA);
  const byID = await commandInside(stage.cli, ['sync', 'data', `stage://${NO_SUCH_ID}/x`, '--json']);
  expectRefusal(byID, 5, 'stage_deployment_missing', /deployment 00000000-/);
  const byName = await commandInside(stage.cli, ['sync', 'data', 'stage://nobody/x', '--json']);
  expectRefusal(byName, 5, 'stage_deployment_missing', /no deployment named nobody.*There are: local/);
});

test('a Stage that refuses connections', async () => {
  await using refusing = await refusingPort();
  const { port } = refusing;
  await using cli = await cliSandbox({
    SINGLESTOREDB_MANAGEMENT_BASE_URL: `http://127.0.0.1:${port}`,
    SINGLESTOREDB_MANAGEMENT_TOKEN: 'token',
  });
  await writeTree(cli.folder, DATA);
  const run = await commandInside(cli, ['sync', 'data', `stage://${NO_SUCH_ID}/x`, '--json']);
  expectRefusal(run, 5, 'stage_unreachable', /ECONNREFUSED/);
});

test('a plain http: address on another machine', async () => {
  await using cli = await cliSandbox({ SINGLESTOREDB_MANAGEMENT_TOKEN: 'token' });
  await writeTree(cli.folder, DATA);
  const to = ['sync', 'data', `stage://${NO_SUCH_ID}/x`, '--json', '--base-url', 'http://stage.test'];
  expectRefusal(await commandInside(cli, to), 2, 'config', /in the clear.*--allow-insecure/);
});

test.each([
  ['--base-url', 'http://127.0.0.1:9'],
  ['--token-file', 'no-such-file'],
  ['--organization', 'mine'],
  ['--api-version', 'v2'],
])('the embedded Stage with %s, which says how to reach another', async (flag, value) => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, DATA);
  const run = await commandInside(cli, ['sync', 'data', 'stage://local/x', flag, value]);
  expect(run.stderr).toMatch(new RegExp(`^stagesync: stage://local is .* ${flag} .*by its ID\n$`));
  expect(run.status).toBe(2);
  expect(run.stdout).toBe('');
});

test('the embedded Stage works whatever the environment says of another', async () => {
  await using cli = await cliSandbox({
    SINGLESTOREDB_MANAGEMENT_BASE_URL: 'http://127.0.0.1:9',
    SINGLESTOREDB_MANAGEMENT_TOKEN: 'token',
    SINGLESTOREDB_MANAGEMENT_VERSION: 'v2',
    SINGLESTOREDB_ORGANIZATION: 'mine',
  });
  await writeTree(cli.folder, DATA);
  const run = await commandInside(cli, ['sync', 'data', 'stage://local/x', '--json']);
  expect(run).toMatchObject({ status: 0, report: { uploaded: 2 } });
});

test('a state folder that cannot be made', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { ...DATA, 'not-a-folder': '' });
  const run = await commandInside(stage.cli, ['sync', 'data', stage.address, '--json'], {
    env: { XDG_STATE_HOME: join(stage.cli.folder, 'not-a-folder') },
  });
  expectRefusal(run, 2, 'state_unusable', /not-a-folder.*XDG_STATE_HOME/);
  expect(stage.changingRequests()).toBe(0);
});

test.skipIf(getuid?.() === 0)('a state folder without permission to write', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { ...DATA, 'state/': '' });
  await chmod(join(stage.cli.folder, 'state'), 0o500);
  const run = await commandInside(stage.cli, ['sync', 'data', stage.address, '--json'], {
    env: { XDG_STATE_HOME: join(stage.cli.folder, 'state') },
  });
  expectRefusal(run, 2, 'state_unusable', /XDG_STATE_HOME/);
});

test('a data folder of the embedded Stage that cannot be made', async () => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, { ...DATA, 'not-a-folder': '' });
  const run = await commandInside(cli, ['sync', 'data', 'stage://local/x', '--json'], {
    env: { XDG_DATA_HOME: join(cli.folder, 'not-a-folder') },
  });
  expectRefusal(run, 2, 'config', /embedded Stage.*XDG_DATA_HOME/);
});

test('a damaged ledger: the message says that deleting it is safe, and it is', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, DATA);
  await commandInside(cli, ['sync', 'data', address]);
  const name = (await readdir(cli.stateFolder)).find((file) => file.endsWith('.sqlite'))!;
  const ledger = join(cli.stateFolder, name);
  await writeFile(ledger, 'this is no database, and long enough not to be taken for an empty one'.repeat(50));
  expectRefusal(
    await commandInside(cli, ['sync', 'data', address, '--json']),
    2,
    'state_unusable',
    /damaged.*delete it/,
  );
  await rm(ledger);
  expect((await commandInside(cli, ['sync', 'data', address, '--json'])).report).toMatchObject({
    uploaded: 0,
    adopted: 2,
  });
});

test('a Stage that is full: what fits arrives, the rest failed, status 3, and the next run goes on', async () => {
  await using stage = await servedStage({ behaviour: { quotaBytes: 1000 } });
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/big.csv': 'x'.repeat(5000), 'data/small.csv': 'y' });
  const full = await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(full.status).toBe(3);
  expect(full.report).toMatchObject({ outcome: 'failures', uploaded: 1, failed: 1 });
  expect(full.stderr).toMatch(/failed: big\.csv: /);
  stage.emulator.behaviour.set({ quotaBytes: null });
  const next = await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(next).toMatchObject({ status: 0, report: { uploaded: 1, unchanged: 1 } });
});

test('reversed arguments of a pull name the right order', async () => {
  await using cli = await cliSandbox();
  const run = await commandInside(cli, ['pull', 'data', 'stage://local/x', '--json']);
  expectRefusal(run, 2, 'usage', /in this order: stagesync pull stage:.* DIR/);
});

test('reversed arguments of a sync find no source, and change nothing', async () => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, DATA);
  const run = await commandInside(cli, ['sync', 'stage://local/x', 'data', '--mirror', '--json']);
  expectRefusal(run, 5, 'source_missing', /there is nothing at stage:\/\/local\/x\/;/);
});

test('a bucket as DEST', async () => {
  await using cli = await cliSandbox();
  const run = await commandInside(cli, ['sync', 'data', 's3://b/p', '--json']);
  expectRefusal(run, 2, 'usage', /DEST s3:\/\/b\/p is a bucket, and stagesync only reads buckets/);
});

test('a directory as DEST of a directory', async () => {
  await using cli = await cliSandbox();
  expectRefusal(
    await commandInside(cli, ['sync', 'a', 'b', '--json']),
    2,
    'usage',
    /DEST .* is a directory, and the source is one too/,
  );
});

test('a source that would swallow the embedded Stage, or lies in it, by whatever path', async () => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, DATA);
  expect((await commandInside(cli, ['sync', 'data', 'stage://local/x'])).status).toBe(0);
  await symlink('../..', join(cli.folder, 'data/link'));
  for (const source of ['..', 'data/link', join(cli.dataFolder, '..'), join(cli.dataFolder, 'stage')]) {
    const run = await commandInside(cli, ['sync', source, 'stage://local/x', '--json']);
    expectRefusal(run, 2, 'usage', /embedded Stage's own files.*XDG_DATA_HOME/);
  }
});

test('a source that holds the state folder, by whatever path, also before there is one', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { ...DATA, 'real/a': '' });
  await symlink('../real/../data', join(cli.folder, 'real/link'));
  for (const [source, state] of [
    ['..', undefined],
    ['data', join(cli.folder, 'data/not/yet')],
    ['data', join(cli.folder, 'real/link/state')],
    ['real/link', join(cli.folder, 'data')],
    ['data', join(cli.folder, 'data')],
  ] as const)
    for (const command of [['sync'], ['sync', '--dry-run'], ['plan', '-o', 'plan.json']]) {
      const env = { ...(state !== undefined && { XDG_STATE_HOME: state }) };
      const run = await commandInside(cli, [...command, source, address, '--json'], { env });
      expectRefusal(run, 2, 'usage', /holds stagesync's own state.*XDG_STATE_HOME/);
    }
  expect(await readdir(cli.folder)).toEqual(['data', 'real']);
  expect(await readdir(join(cli.folder, 'data'))).toEqual(['a.csv', 'b.csv']);
  expect(stage.emulator.counters.read().requests).toBe(0);
  // a folder that only begins like it is another one
  const beside = { XDG_STATE_HOME: join(cli.folder, 'data-state') };
  expect((await commandInside(cli, ['sync', 'data', address], { env: beside })).status).toBe(0);
});

test.each([
  [['--publish-set'], /--publish-set needs --atomic/],
  [['--marker', 'x'], /--marker needs --publish-set/],
  [['--region', 'eu-west-1'], /--region is for an s3:\/\/ source/],
  [['--filter-from', 'missing.txt'], /missing\.txt/],
  [['--exclude', '!x'], /--exclude.*begins with "!"/],
])('flags that do not go together or do not hold: %j', async (flags, message) => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, DATA);
  expectRefusal(
    await commandInside(cli, ['sync', 'data', 'stage://local/x', '--json', ...flags]),
    2,
    'usage',
    message,
  );
});

test.each([
  ['.stagesync-x', []],
  ['a/.stagesync-x/b', []],
  ['target', ['--atomic', '--publish-set', '--marker', 'a.csv']],
] as const)('DEST %s with %j is refused with status 2, and nothing is sent', async (folder, flags) => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { 'data/a.csv': 'a' });
  const address = stage.address.replace(/target\/?$/, folder);
  const run = await commandInside(stage.cli, ['sync', 'data', address, ...flags]);
  expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/another|exclude the file/)]);
  expect(stage.changingRequests()).toBe(0);
});
