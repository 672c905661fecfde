import { expect, test } from 'vitest';
import { move, type FileEvent } from '../../../src/index.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { fill } from '../../support/stage/filled-stage.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

async function filled(files: Readonly<Record<string, string>> = FILES): Promise<ServedStage> {
  const stage = await servedStage();
  await fill(stage.destination, files);
  return stage;
}

const FILES = { 'target/a.csv': 'a', 'target/b.csv': 'bb', 'target/old/1': '1', 'target/old/sub/2': '2' };
const paths = async (stage: ServedStage): Promise<string[]> => Object.keys(await stage.snapshot()).toSorted();

test('mv renames a file, and takes a folder into another, which it makes', async () => {
  await using stage = await filled();
  const { cli, address } = stage;
  expect(await cli.run(['mv', `${address}/a.csv`, `${address}/c.csv`])).toMatchObject({
    status: 0,
    stdout: 'move    target/a.csv -> target/c.csv\n1 name moved; 3 requests\n',
    stderr: '',
  });
  expect(await commandInside(cli, ['mv', `${address}/old`, `${address}/archive/2025/`])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(
      /^create {2}target\/archive\/\ncreate {2}target\/archive\/2025\/\nmove {4}target\/old\/ -> target\/archive\/2025\/old\/\n/,
    ) as string,
  });
  expect(await paths(stage)).toEqual([
    'archive/',
    'archive/2025/',
    'archive/2025/old/',
    'archive/2025/old/1',
    'archive/2025/old/sub/',
    'archive/2025/old/sub/2',
    'b.csv',
    'c.csv',
  ]);
});

test('mv takes what matches a pattern into a folder, and leaves what is there, unless told to replace it', async () => {
  await using stage = await filled({ ...FILES, 'target/old/a.csv': 'older' });
  const { cli, address } = stage;
  const pattern = [`${address}/*.csv`, `${address}/old`];
  expect(await commandInside(cli, ['mv', ...pattern])).toMatchObject({
    status: 3,
    stderr:
      'stagesync: target/a.csv: is not moved to target/old/a.csv, which is there already: --overwrite replaces it\n',
  });
  const { 'a.csv': content } = await stage.snapshot();
  expect(await paths(stage)).toEqual([
    'a.csv',
    'old/',
    'old/1',
    'old/a.csv',
    'old/b.csv',
    'old/sub/',
    'old/sub/2',
  ]);
  const json = await commandInside(cli, ['mv', '--overwrite', '--json', ...pattern]);
  expect(json.status).toBe(0);
  expect(json.events).toEqual([
    { type: 'action', kind: 'move', path: 'target/a.csv', to: 'target/old/a.csv' },
    expect.objectContaining({ type: 'report', outcome: 'clean', moved: 1 }),
  ]);
  expect((await stage.snapshot())['old/a.csv']).toBe(content);
  expect(await paths(stage)).not.toContain('a.csv');
});

test('on a Stage that moves no folders, mv goes name by name and says how to go on', async () => {
  await using stage = await filled();
  const { cli, address, emulator } = stage;
  emulator.behaviour.set({ moveFolder: 405 });
  expect(await commandInside(cli, ['mv', `${address}/old`, `${address}/new`])).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(
      `target/old/: moves name by name; where that is cut off, "stagesync mv --merge ${address}/old/ ${address}/new" goes on`,
    ) as string,
  });
  expect(await paths(stage)).toEqual(['a.csv', 'b.csv', 'new/', 'new/1', 'new/sub/', 'new/sub/2']);
});

test.each([
  [['mv', 'STAGE/a.csv'], 2, /one address alone/],
  [['mv', 'STAGE/a.csv', 'stage://elsewhere/x'], 2, /within one.*copy with cp and then remove with rm/],
  [['mv', 'STAGE/a.csv', 'data/'], 2, /not on a Stage.*cp copies between places/],
  [['mv', 'stage://x/', 'stage://x/y/'], 2, /whole Stage cannot move/],
  [['mv', 'STAGE/a.csv', 'STAGE/b.csv', 'STAGE/c'], 2, /no folder that could take them: end it in "\/"/],
  [['mv', 'STAGE/a.csv', 'STAGE/b.csv'], 3, /--overwrite replaces it/],
  [['mv', 'STAGE/old', 'STAGE/old/sub/'], 3, /cannot move into itself/],
  [['mv', 'STAGE/nothing', 'STAGE/x'], 3, /there is nothing at stage:.*\/nothing\n/],
  [['mv', 'stage://x/.stagesync-mrabc123-0123456789ab-1-gone-x', 'stage://x/y'], 2, /--hidden/],
])('%j ends with status %i and changes nothing', async (args, status, message) => {
  await using stage = await filled();
  const before = stage.changingRequests();
  const words = args.map((arg) => arg.replace('STAGE', stage.address));
  const said = await commandInside(stage.cli, words);
  expect(said.status, said.stderr).toBe(status);
  expect(said.stderr).toMatch(message);
  expect(stage.changingRequests()).toBe(before);
});

test('what a killed rm leaves under a hidden name is told, and comes back or goes as its user says', async () => {
  let kill = (): void => undefined;
  await using stage = await servedStage({
    onRequest: (phase, { kind }) => {
      if (phase === 'received' && kind === 'remove') kill();
    },
  });
  await fill(stage.destination, FILES);
  const { cli, address, emulator } = stage;
  const top = address.replace(/target$/, '');
  /** Resolves with the commands that the same command names afterwards. */
  const killedAtTheDelete = async (): Promise<string[][]> => {
    emulator.faults.set({ rules: [{ verb: 'DELETE', fault: 'status', status: 503 }] });
    const killed = cli.run(['rm', '-r', `${address}/old`], {
      running: (child) => (kill = () => void child.kill('SIGKILL')),
    });
    expect((await killed).status).toBe(137);
    emulator.faults.set({});
    kill = () => undefined;
    const again = await commandInside(cli, ['rm', '-r', `${address}/old`]);
    expect(again.status).toBe(3);
    return [...again.stderr.matchAll(/"stagesync ([^"]+)"/g)].map(([, command]) => command!.split(' '));
  };
  const [bringBack] = await killedAtTheDelete();
  expect(await commandInside(cli, bringBack!)).toMatchObject({ status: 0 });
  expect(await paths(stage)).toEqual(['a.csv', 'b.csv', 'old/', 'old/1', 'old/sub/', 'old/sub/2']);
  const [, removeIt] = await killedAtTheDelete();
  expect(await commandInside(cli, removeIt!)).toMatchObject({ status: 0 });
  expect((await commandInside(cli, ['ls', top])).stdout).not.toContain('.stagesync-');
});

test('mkdir makes a folder, with -p all on the way to it', async () => {
  await using stage = await filled();
  const { cli, address } = stage;
  expect(await cli.run(['mkdir', `${address}/n/m`])).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('-p makes it too') as string,
  });
  expect(
    await commandInside(cli, ['mkdir', '-p', `${address}/n/m`, `${address}/n/m/`, `${address}/x`]),
  ).toMatchObject({
    status: 0,
    stdout: 'create  target/n/\ncreate  target/n/m/\ncreate  target/x/\n3 folders created; 9 requests\n',
  });
  expect(await commandInside(cli, ['mkdir', `${address}/a.csv`])).toMatchObject({
    status: 3,
    stderr: 'stagesync: target/a.csv/: target/a.csv is a file, and no folder can have its name\n',
  });
  expect(await commandInside(cli, ['mkdir', 'data'])).toMatchObject({ status: 2 });
});

test('the library does the same; a sync then takes what moved for gone', async () => {
  await using stage = await filled({ 'target/': '' });
  const { cli, address } = stage;
  await writeTree(`${cli.folder}/data`, { a: '1', 'sub/b': '2' });
  await commandInside(cli, ['sync', 'data', address]);
  const events: FileEvent[] = [];
  const { report, error } = await move({
    from: { kind: 'stage', deployment: stage.deployment, path: 'target/sub' },
    to: `${address}/away`,
    environment: cli.env,
    onEvent: (event) => events.push(event),
  });
  expect(error).toBeUndefined();
  expect(report).toMatchObject({ outcome: 'clean', moved: 1 });
  expect(events.at(-1)).toEqual(report);
  await commandInside(cli, ['sync', 'data', address, '--delete']);
  expect(await paths(stage)).toEqual(['a', 'away/', 'away/b', 'sub/', 'sub/b']);
});
