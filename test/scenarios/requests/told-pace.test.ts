import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const tree = (files: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: files }, (_, at) => [`data/f${at}.csv`, `${at}`]));

test('a run tells how many requests went at once and why not more; status shows it again', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, tree(3));
  const few = await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(few.report).toMatchObject({ pace: { atOnce: 16, why: 'demand' } });
  const shown = await commandInside(cli, ['status', '--json']);
  expect(JSON.parse(shown.stdout)).toMatchObject({ runs: [{ report: { pace: { why: 'demand' } } }] });
  const { stdout } = await commandInside(cli, ['status']);
  expect(stdout).toMatch(/^ {2}pace {5}16 requests at once: there was not more to do$/m);

  const fixed = await commandInside(cli, ['sync', 'data', address, '--json', '--concurrency', '3']);
  expect(fixed.report).toMatchObject({ pace: { atOnce: 3, why: 'fixed' } });
});

test('a dry run estimates by what an earlier run measured, and says so', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, tree(2));
  const first = await commandInside(cli, ['sync', 'data', address, '--dry-run', '--json']);
  expect(first.events.find(({ type }) => type === 'plan')).toMatchObject({ estimateFrom: 'usual' });
  await writeTree(cli.folder, tree(40));
  await commandInside(cli, ['sync', 'data', address]);
  await writeTree(cli.folder, { 'data/new.csv': 'new' });
  const later = await commandInside(cli, ['sync', 'data', address, '--dry-run']);
  expect(later.stdout).toMatch(/calls, about .* at the pace that was measured$/m);
});
