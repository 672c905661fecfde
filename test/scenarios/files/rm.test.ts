import { describe, expect, test } from 'vitest';
import { remove, type FileEvent } from '../../../src/index.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { fill } from '../../support/stage/filled-stage.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

async function filled(files: Readonly<Record<string, string>>): Promise<ServedStage> {
  const stage = await servedStage();
  await fill(stage.destination, files);
  return stage;
}

const FILES = { 'target/a.csv': 'a', 'target/b.csv': 'bb', 'target/old/1': '1', 'target/old/sub/2': '2' };
const MANY = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`target/m/${i}.csv`, `${i}`]));
const paths = async (stage: ServedStage): Promise<string[]> => Object.keys(await stage.snapshot()).toSorted();

test('rm removes a file, and with -r a folder; a second time it says that nothing is there', async () => {
  await using stage = await filled(FILES);
  const { cli, address } = stage;
  expect(await cli.run(['rm', `${address}/a.csv`])).toMatchObject({
    status: 0,
    stdout: 'remove  target/a.csv  (1 B)\n1 file (1 B) removed; 3 requests\n',
    stderr: '',
  });
  expect(await commandInside(cli, ['rm', '-r', `${address}/old`])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^remove {2}target\/old\/ {2}\(2 files, 2 B\)\n/) as string,
  });
  expect(await paths(stage)).toEqual(['b.csv']);
  expect(await commandInside(cli, ['rm', `${address}/a.csv`])).toMatchObject({
    status: 3,
    stderr: `stagesync: there is nothing at ${address}/a.csv\n`,
  });
  expect(await commandInside(cli, ['rm', `${address}/a.csv`, '--if-exists'])).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test('more than a handful needs --yes where nobody can be asked, and a yes where somebody can', async () => {
  await using stage = await filled({ ...FILES, ...MANY });
  const { cli, address } = stage;
  const refused = await commandInside(cli, ['rm', '-r', `${address}/m`]);
  expect([refused.status, refused.stdout]).toEqual([4, '']);
  expect(refused.stderr).toMatch(
    /30 files and 1 folder \(50 B\) would be removed.*--yes. Nothing was changed\n$/,
  );
  const ask = (typed: string) => commandInside(cli, ['rm', `${address}/m/*.csv`], { typed });
  expect(await ask('no\n')).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('not yes') as string,
  });
  expect((await paths(stage)).length).toBeGreaterThan(30);
  expect(await ask('yes\n')).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('Remove 30 files (50 B)? Type yes to go on: ') as string,
  });
  expect(await paths(stage)).toEqual(['a.csv', 'b.csv', 'm/', 'old/', 'old/1', 'old/sub/', 'old/sub/2']);
});

test('a dry run and JSON say what would go and what went', async () => {
  await using stage = await filled({ ...FILES, ...MANY });
  const { cli, address } = stage;
  const before = stage.changingRequests();
  const dry = await commandInside(cli, ['rm', '-r', address, '-n', '--json']);
  expect(dry.status).toBe(0);
  expect(dry.events).toEqual([
    { type: 'planned', kind: 'remove', path: 'target/', files: 34, bytes: 55 },
    expect.objectContaining({ type: 'report', dryRun: true, removed: 34, foldersRemoved: 4 }),
  ]);
  expect(stage.changingRequests()).toBe(before);
  const done = await commandInside(cli, ['rm', '-r', address, '--yes', '--json', `${address}/a.csv`]);
  expect(done.events).toEqual([
    { type: 'action', kind: 'remove', path: 'target/', files: 34, bytes: 55 },
    expect.objectContaining({ type: 'report', outcome: 'clean', removed: 34, failed: 0 }),
  ]);
});

test('the next sync finds what was removed missing, and puts it there again', async () => {
  await using stage = await filled({ 'target/theirs': 't' });
  const { cli, address } = stage;
  await writeTree(`${cli.folder}/data`, { a: '1', 'sub/b': '2' });
  await commandInside(cli, ['sync', 'data', address]);
  expect(await commandInside(cli, ['rm', '-r', `${address}/sub`, `${address}/a`])).toMatchObject({
    status: 0,
  });
  expect(await paths(stage)).toEqual(['theirs']);
  const again = await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(again).toMatchObject({ status: 0 });
  expect(again.events.at(-1)).toMatchObject({ uploaded: 2, outcome: 'clean' });
  expect(await paths(stage)).toEqual(['a', 'sub/', 'sub/b', 'theirs']);
});

describe('what is refused, before anything is changed', () => {
  test.each([
    [['rm', 'STAGE/a.csv', 'STAGE/old'], 2, /target\/old is a folder.*give -r/],
    [['rm', '-r', 'stage://x/'], 2, /the whole Stage, which is never removed/],
    [['rm', 'data'], 2, /ADDRESS data is not on a Stage.*use the rm of the system/],
    [['rm', 's3://bucket/x'], 2, /not on a Stage/],
    [['rm', 'STAGE/a.csv', 'stage://other/b'], 2, /not written as the same Stage/],
    [['rm', 'stage://x/.stagesync-mrabc123-0123456789ab-1-gone-x'], 2, /hidden name.*--hidden/],
    [['rm'], 2, /missing required argument 'address'/],
    [['rm', 'STAGE/nothing*'], 3, /target\/nothing\*: matches no file/],
  ])('%j ends with status %i', async (args, status, message) => {
    await using stage = await filled(FILES);
    const before = stage.changingRequests();
    const said = await commandInside(
      stage.cli,
      args.map((arg) => arg.replace('STAGE', stage.address)),
    );
    expect(said.status).toBe(status);
    expect(said.stderr).toMatch(message);
    expect(stage.changingRequests()).toBe(before);
  });
});

test('the library does the same', async () => {
  await using stage = await filled(FILES);
  const events: FileEvent[] = [];
  const { report, error } = await remove({
    what: [`${stage.address}/*.csv`, { kind: 'stage', deployment: stage.deployment, path: 'target/old' }],
    recursive: true,
    environment: stage.cli.env,
    onEvent: (event) => events.push(event),
    confirm: async ({ files }) => expect(files).toBe(4),
  });
  expect(error).toBeUndefined();
  expect(report).toMatchObject({ outcome: 'clean', removed: 4, foldersRemoved: 2 });
  expect(events.at(-1)).toEqual(report);
  expect(await paths(stage)).toEqual([]);
});

test('a Stage that asks for a wait is waited for, and that is said', async () => {
  await using stage = await filled(FILES);
  const { cli, address, emulator } = stage;
  emulator.faults.set({
    rules: [{ verb: 'DELETE', nth: 1, fault: 'status', status: 429, retryAfterSeconds: 1 }],
  });
  expect(await commandInside(cli, ['rm', `${address}/a.csv`])).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^stagesync: Stage asks for fewer requests: pausing 1(\.0)?s/) as string,
  });
});
