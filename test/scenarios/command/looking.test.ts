import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { servedStage } from '../../support/stage/served-stage.ts';
import { ODD_NAMES, writeTree } from '../../support/trees/trees.ts';
import { comparePaths } from '../../../src/model/path.ts';

const call = { signal: new AbortController().signal };

async function filled() {
  const stage = await servedStage();
  const { destination } = stage;
  for (const folder of ['target/', 'target/sub/', 'target/empty/'])
    await destination.makeFolder(folder, call);
  for (const name of ODD_NAMES)
    await destination.put(`target/sub/${name}`, { size: 3, bytes: Buffer.from('odd') }, call);
  const big = randomBytes(3_000_000);
  await destination.put('target/big.bin', { size: big.length, bytes: big }, call);
  return { stage, big };
}

test('ls shows one folder, ls -R everything below it in path order, as text and as JSON', async () => {
  const { stage } = await filled();
  await using _ = stage;
  const { cli, address } = stage;
  const one = await cli.run(['ls', address]);
  expect(
    one.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/)),
  ).toEqual([
    ['3000000', expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string, 'big.bin'],
    ['-', '-', 'empty/'],
    ['-', '-', 'sub/'],
  ]);
  const all = await cli.run(['ls', '-R', '--json', `${address}/`]);
  const listed = all.events as unknown as { kind: string; path: string; size?: number }[];
  const paths = listed.map(({ path }) => path);
  expect(paths).toEqual([...paths].sort(comparePaths));
  expect(paths.filter((path) => path.startsWith('sub/') && path !== 'sub/').sort()).toEqual(
    ODD_NAMES.map((name) => `sub/${name}`).sort(),
  );
  expect(listed.find(({ path }) => path === 'empty/')).toEqual({ kind: 'folder', path: 'empty/' });
});

test('ls of a file shows the file; of nothing it is status 3 and one line', async () => {
  const { stage } = await filled();
  await using _ = stage;
  const { cli, address } = stage;
  expect((await cli.run(['ls', `${address}/big.bin`])).stdout).toMatch(/^ +3000000 .* big\.bin\n$/);
  for (const path of ['nothing', 'big.bin/', 'nothing/at/all']) {
    const { status, stdout, stderr } = await cli.run(['ls', `${address}/${path}`]);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^stagesync: there is nothing at [^\n]+\n$/);
  }
});

test('cat writes the bytes of a file, whatever its name', async () => {
  const { stage, big } = await filled();
  await using _ = stage;
  const { cli, address } = stage;
  for (const name of ODD_NAMES.slice(0, 4))
    expect(await cli.run(['cat', `${address}/sub/${name}`])).toMatchObject({ status: 0, stdout: 'odd' });
  const parts: Buffer[] = [];
  await cli.run(['cat', `${address}/big.bin`], {
    running: (child: ChildProcess) => child.stdout?.on('data', (part: Buffer) => parts.push(part)),
  });
  expect(Buffer.concat(parts).equals(big)).toBe(true);
});

test('cat of a folder, and of nothing', async () => {
  const { stage } = await filled();
  await using _ = stage;
  const { cli, address } = stage;
  for (const folder of ['/sub/', '/sub', ''])
    expect(await cli.run(['cat', `${address}${folder}`])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^stagesync: stage:\S+ is a folder; .*"stagesync ls"\n$/),
    });
  const missing = await cli.run(['cat', `${address}/nothing`]);
  expect(missing).toMatchObject({ status: 3, stdout: '' });
  expect(missing.stderr).toMatch(/^stagesync: [^\n]+\n$/);
});

test('cat stops quietly when nobody reads on', async () => {
  const { stage } = await filled();
  await using _ = stage;
  const { cli, address } = stage;
  const cut = await cli.run(['cat', `${address}/big.bin`], {
    running: (child) => child.stdout?.once('data', () => child.stdout?.destroy()),
  });
  expect(cut).toMatchObject({ status: 130, stderr: '' });
});

test('status names the pair that ran last first', async () => {
  const { stage } = await filled();
  await using _ = stage;
  const { cli, address } = stage;
  for (const name of ['one', 'two', 'three']) {
    await writeTree(cli.folder, { [`${name}/a.csv`]: 'a' });
    expect((await cli.run(['sync', name, `${address}/${name}`])).status).toBe(0);
  }
  await cli.run(['sync', 'two', `${address}/two`]);
  const { stdout } = await cli.run(['status', '--json']);
  const names = [...stdout.matchAll(/"source":"[^"]*\/(\w+)"/g)].map(([, name]) => name);
  expect(names.slice(0, 3)).toEqual(['two', 'three', 'one']);
});
