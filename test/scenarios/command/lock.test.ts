import { readdirSync } from 'node:fs';
import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import { pairName } from '../../../src/sync/ledger/pair-name.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

test('a second run on the pair stops with status 6 and names who holds it; another pair is free', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let reached = (): void => undefined;
  const uploading = new Promise<void>((resolve) => (reached = resolve));
  await using stage = await servedStage({
    onRequest: async (phase, { kind }) => {
      if (phase !== 'received' || kind !== 'putFile') return;
      reached();
      await held;
    },
  });
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'other/a.csv': 'a' });

  const first = cli.run(['sync', 'data', address, '--json']);
  await uploading;
  const second = await cli.run(['sync', 'data', address, '--json']);
  expect(second.status).toBe(6);
  expect(second.report).toMatchObject({ outcome: 'refused', error: { code: 'locked' } });
  expect(second.stderr).toMatch(
    /^stagesync: another run [^\n]*"stagesync sync", process \d+, since [^\n]*\n$/,
  );
  await symlink('data', join(cli.folder, 'link'));
  for (const command of ['sync', 'watch'])
    expect(await cli.run([command, 'link', address])).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('another run'),
    });
  const other = await cli.run(['sync', 'other', address, '--json', '--dry-run']);
  expect(other.status).toBe(0);

  release();
  expect(await first).toMatchObject({ status: 0, report: { uploaded: 1 } });
  expect((await cli.run(['sync', 'data', address])).status).toBe(0);
});

test('a source reached through a link, also on the way to it, is the same pair', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'real/data/a.csv': 'a', 'real/data/b.csv': 'b' });
  await symlink('real', join(cli.folder, 'above'));
  await symlink('real/data', join(cli.folder, 'link'));
  expect((await cli.run(['sync', 'real/data', address, '--json'])).report).toMatchObject({ uploaded: 2 });
  for (const source of ['above/data', 'link', 'link/', join(cli.folder, 'above/data')])
    expect((await cli.run(['sync', source, address, '--json'])).report).toMatchObject({
      outcome: 'clean',
      unchanged: 2,
      adopted: 0,
    });
  expect(readdirSync(cli.stateFolder).filter((name) => name.endsWith('.sqlite'))).toHaveLength(1);
  for (const path of ['link/a.csv', 'above/data/a.csv', 'real/data/a.csv'])
    expect(await cli.run(['explain', path])).toMatchObject({ status: 0 });
  for (const source of ['link', 'above/data', 'real/data'])
    expect(await cli.run(['status', source])).toMatchObject({ status: 0 });
});

test('a link that leads nowhere, or round in a circle, is a source that is missing', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await symlink('nowhere', join(cli.folder, 'dangling'));
  await symlink('circle', join(cli.folder, 'circle'));
  for (const source of ['dangling', 'circle', 'dangling/below', 'missing']) {
    const { status, stderr } = await cli.run(['sync', source, address]);
    expect([status, stderr]).toEqual([5, expect.stringContaining(source)]);
    expect(stderr).toMatch(/^stagesync: [^\n]+\n$/);
  }
});

test('the ledger that 0.1 kept under the path of a link is taken over, not by a dry run', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'real/a.csv': 'a', 'real/b.csv': 'b' });
  const [link, real] = [join(cli.folder, 'link'), join(cli.folder, 'real')];
  await symlink('real', link);
  // as 0.1 named it: made through a directory of that name
  await rename(real, join(cli.folder, 'aside'));
  await rename(link, join(cli.folder, 'link-aside'));
  await rename(join(cli.folder, 'aside'), link);
  expect((await cli.run(['sync', 'link', address])).status).toBe(0);
  await rename(link, real);
  await rename(join(cli.folder, 'link-aside'), link);
  const names = (): string[] => readdirSync(cli.stateFolder).filter((name) => name.includes('.sqlite'));
  const [old, taken] = [link, real].map((source) => `${pairName(source, `${address}/`)}.sqlite`);
  expect(names()).toEqual([old]);

  const held = openLedger({
    folder: cli.stateFolder,
    source: link,
    destination: `${address}/`,
    command: 'an old watch',
    pid: 4711,
  });
  expect(await cli.run(['sync', 'link', address])).toMatchObject({
    status: 6,
    stderr: expect.stringMatching(/an old watch.*4711/),
  });
  held.close();
  const same = { outcome: 'clean', unchanged: 2, adopted: 0, uploaded: 0 };
  expect((await cli.run(['sync', 'link', address, '-n', '--json'])).report).toMatchObject(same);
  expect(names()).toEqual([old]);
  expect((await cli.run(['sync', 'link', address, '--json'])).report).toMatchObject(same);
  expect(names()).toEqual([taken]);
  expect((await cli.run(['sync', 'real', address, '--json'])).report).toMatchObject(same);
  expect((await cli.run(['status', '--json'])).stdout).toContain(`"source":"${real}"`);
});
