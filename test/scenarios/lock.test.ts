import { expect, test } from 'vitest';
import { servedStage } from '../support/served-stage.ts';
import { writeTree } from '../support/trees.ts';

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
  const other = await cli.run(['sync', 'other', address, '--json', '--dry-run']);
  expect(other.status).toBe(0);

  release();
  expect(await first).toMatchObject({ status: 0, report: { uploaded: 1 } });
  expect((await cli.run(['sync', 'data', address])).status).toBe(0);
});
