import { execFile } from 'node:child_process';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { servedStage, type ServedStage } from '../support/served-stage.ts';
import { snapshotFolder, writeTree } from '../support/trees.ts';

async function prepared(work: (stage: ServedStage, data: string) => Promise<void>): Promise<void> {
  await using stage = await servedStage();
  const data = join(stage.cli.folder, 'data');
  await writeTree(data, { 'a.csv': 'a', 'b.csv': 'bb', 'old/c.csv': 'ccc', 'old/d.csv': 'dddd' });
  expect((await stage.cli.run(['sync', 'data', stage.address])).status).toBe(0);
  await work(stage, data);
}

/** An edit, a new file in a new folder, a renamed folder and a removal. */
async function edit(data: string): Promise<void> {
  await writeFile(join(data, 'a.csv'), 'edited');
  await writeTree(data, { 'new/e.csv': 'e' });
  await rename(join(data, 'old'), join(data, 'renamed'));
  await rm(join(data, 'b.csv'));
}

test('a plan changes nothing; applied, it does all it says and no more', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    const before = await stage.snapshot();
    const changes = stage.changingRequests();
    const planned = await stage.cli.run(['plan', 'data', stage.address, '--delete', '-o', 'plan.json']);
    expect(planned.status, planned.stderr).toBe(0);
    expect(stage.changingRequests()).toBe(changes);
    expect(await stage.snapshot()).toEqual(before);

    await writeTree(data, { 'later.csv': 'made after the plan' });
    const applied = await stage.cli.run(['apply', 'plan.json', '--json']);
    expect(applied.status, applied.stderr).toBe(0);
    expect(applied.report).toMatchObject({ uploaded: 2, moved: 2, removed: 1, foldersCreated: 1, failed: 0 });
    const { 'later.csv': _later, ...wanted } = snapshotFolder(data);
    expect(await stage.snapshot()).toEqual(wanted);
  });
});

test('apply refuses, by name, what changed at the source since, and does the rest', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    await stage.cli.run(['plan', 'data', stage.address, '--delete', '-o', 'plan.json']);
    await writeFile(join(data, 'a.csv'), 'edited once more');
    const applied = await stage.cli.run(['apply', 'plan.json', '--json']);
    expect(applied.status).toBe(3);
    const problems = applied.events.filter((event) => event.type === 'problem');
    expect(problems).toMatchObject([{ path: 'a.csv', code: 'plan_outdated' }]);
    expect(applied.report).toMatchObject({ uploaded: 1, moved: 2, failed: 1 });
  });
});

test('apply refuses what changed on Stage since', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    await stage.cli.run(['plan', 'data', stage.address, '--delete', '-o', 'plan.json']);
    const { signal } = new AbortController();
    const bytes = Buffer.from("somebody else's");
    await stage.destination.put('target/b.csv', { size: bytes.length, bytes }, { signal });
    const applied = await stage.cli.run(['apply', 'plan.json', '--json']);
    expect(applied.status).toBe(3);
    expect(applied.events).toContainEqual(expect.objectContaining({ path: 'b.csv', code: 'plan_outdated' }));
    expect((await stage.snapshot())['b.csv']).toBeDefined();
  });
});

test('--output - writes the plan, and nothing else, to stdout', async () => {
  await prepared(async (stage, data) => {
    await edit(data);
    const args = ['plan', 'data', stage.address, '--delete', '--output'];
    const piped = await stage.cli.run([...args, '-']);
    expect(piped.status, piped.stderr).toBe(0);
    expect(piped.stderr).toMatch(/would upload {2}a\.csv.*\n(.*\n)*Dry run: nothing was changed/);
    await stage.cli.run([...args, 'plan.json']);
    expect(piped.stdout).toBe(await readFile(join(stage.cli.folder, 'plan.json'), 'utf8'));
    expect(await readdir(stage.cli.folder)).toEqual(['data', 'plan.json']);
  });
});

test('a plan that a guard refuses does not come on stdout either', async () => {
  await prepared(async (stage, data) => {
    await rm(data, { recursive: true });
    await writeTree(stage.cli.folder, { 'data/': '' });
    const refused = await stage.cli.run(['plan', 'data', stage.address, '--delete', '-o', '-']);
    expect([refused.status, refused.stdout]).toEqual([4, '']);
  });
});

test('--output - and --json do not go together; apply reads no standard input', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { 'data/a.csv': 'a' });
  const both = await stage.cli.run(['plan', 'data', stage.address, '-o', '-', '--json']);
  expect([both.status, both.report.error?.code]).toEqual([2, 'usage']);
  const applied = await stage.cli.run(['apply', '-']);
  expect(applied.status).toBe(2);
  expect(applied.stderr).toMatch(/standard input.*write it to a file/);
});

test('a plan goes into no folder, and not by halves onto a disk that takes no more', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const files = Array.from({ length: 500 }, (_, i) => [`data/${i}.csv`, 'x'] as const);
  await writeTree(cli.folder, Object.fromEntries(files));
  const folder = await cli.run(['plan', 'data', address, '-o', 'data']);
  expect([folder.status, folder.stderr]).toEqual([2, expect.stringMatching(/plan file data is a folder/)]);

  // a limit on the size of files stands for the full disk
  const bin = new URL('../../bin/stagesync.js', import.meta.url).pathname;
  const line = `trap '' XFSZ; ulimit -f 16; exec "$0" "$@"`;
  const words = ['-c', line, process.execPath, bin, 'plan', 'data', address, '-q', '-o', 'plan.json'];
  const full = promisify(execFile)('sh', words, { cwd: cli.folder, env: cli.env });
  await expect(full).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^stagesync: the plan file plan\.json cannot be written: .+\n$/),
  });
  expect(await readdir(cli.folder)).toEqual(['data']);
});

test.each([
  ['is not there', undefined],
  ['is no plan', 'hello\n'],
  ['is damaged', '{"type":"plan","format":1'],
])('a plan file that %s is one clear line and exit status 2', async (_, text) => {
  await using stage = await servedStage();
  if (text !== undefined) await writeFile(join(stage.cli.folder, 'plan.json'), text);
  const applied = await stage.cli.run(['apply', 'plan.json']);
  expect(applied.status).toBe(2);
  expect(applied.stderr).toMatch(/^stagesync: the plan file plan\.json .+\n$/);
});

test('a plan file holds no token', async () => {
  await prepared(async (stage) => {
    await stage.cli.run(['plan', 'data', stage.address, '-o', 'plan.json']);
    expect(await readFile(join(stage.cli.folder, 'plan.json'), 'utf8')).not.toContain(stage.emulator.token);
  });
});

test('explain says what was decided for a path, why and when', async () => {
  await prepared(async (stage, data) => {
    await rm(join(data, 'b.csv'));
    await writeFile(join(data, 'a.csv'), 'edited');
    await stage.cli.run(['sync', 'data', stage.address, '--delete']);
    const explained = await stage.cli.run([
      'explain',
      'data/a.csv',
      'data/b.csv',
      `${stage.address}/old/c.csv`,
      '--json',
    ]);
    expect(explained.status).toBe(0);
    const lines = explained.stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { path: 'a.csv', decision: 'synced', reason: 'changed' },
      { path: 'b.csv', decision: 'removed', reason: 'gone_from_source' },
      { path: 'old/c.csv', decision: 'synced', reason: 'new' },
    ]);
    expect((await stage.cli.run(['explain', 'data/never.csv'])).status).toBe(3);
  });
});
