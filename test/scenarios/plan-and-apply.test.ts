import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
