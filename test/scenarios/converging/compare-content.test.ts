import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

async function inStep() {
  const stage = await servedStage();
  const { cli, address, emulator } = stage;
  const data = join(cli.folder, 'data');
  await writeTree(data, { 'a.csv': 'aaaa', 'b.csv': 'bbbb', 'dir/c.csv': 'cccc' });
  // whole seconds are what can be given back exactly
  for (const name of ['a.csv', 'b.csv', 'dir/c.csv'])
    await utimes(join(data, name), 1_700_000_000, 1_700_000_000);
  const sync = (...flags: string[]) => commandInside(cli, ['sync', 'data', address, '--json', ...flags]);
  expect((await sync()).status).toBe(0);
  return { stage, data, sync, http: new StageHttp(emulator) };
}

/** Another text of the same length, under the same time. */
async function editUnseen(path: string, text: string): Promise<void> {
  expect(text).toHaveLength((await stat(path)).size);
  await writeFile(path, text);
  await utimes(path, 1_700_000_000, 1_700_000_000);
}

const FLAGS = [
  [],
  ['--trust-ledger'],
  ['--atomic'],
  ['--atomic', '--publish-set'],
  ['--delete'],
  ['--no-moves'],
];

describe.each(FLAGS.map((flags) => [flags]))(
  '--compare content %j verifies what the ledger knows',
  (flags) => {
    test('an edit that keeps size and time arrives', async () => {
      const { stage, data, sync } = await inStep();
      await using _ = stage;
      await editUnseen(join(data, 'a.csv'), 'AAAA');
      const run = await sync('--compare', 'content', ...flags);
      expect(run.status).toBe(0);
      expect(actionsOf(run)).toEqual([expect.stringMatching(/^upload a\.csv /)]);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));
      const again = await sync('--compare', 'content', ...flags);
      expect(again.report).toMatchObject({ outcome: 'clean', uploaded: 0, unchanged: 3 });
    });

    test('a replacement on Stage of the same size within a second is put right', async () => {
      const { stage, data, sync, http } = await inStep();
      await using _ = stage;
      await http.put('target/dir/c.csv', 'them');
      const run = await sync('--compare', 'content', ...flags);
      expect(actionsOf(run)).toEqual([expect.stringMatching(/^upload dir\/c\.csv /)]);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));
    });
  },
);

test('without it such an edit stays unseen: size and time are what is compared', async () => {
  const { stage, data, sync } = await inStep();
  await using _ = stage;
  await editUnseen(join(data, 'a.csv'), 'AAAA');
  expect((await sync()).report).toMatchObject({ outcome: 'clean', uploaded: 0 });
});

test('it verifies every time it is asked, not only the first', async () => {
  const { stage, data, sync, http } = await inStep();
  await using _ = stage;
  for (const text of ['1111', '2222', '3333']) {
    await sync('--compare', 'content');
    await http.put('target/b.csv', text);
    expect((await sync('--compare', 'content')).report).toMatchObject({ uploaded: 1 });
    expect(await stage.snapshot()).toEqual(snapshotFolder(data));
  }
});

test('a dry run verifies too, says what would be uploaded, and changes nothing, on Stage nor in the ledger', async () => {
  const { stage, data, sync, http } = await inStep();
  await using _ = stage;
  await editUnseen(join(data, 'a.csv'), 'AAAA');
  await http.put('target/b.csv', 'them');
  const before = [stage.changingRequests(), await stage.snapshot()];
  for (let i = 0; i < 2; i++) {
    const dry = await sync('--compare', 'content', '--dry-run');
    expect(dry.status).toBe(0);
    const planned = dry.events
      .filter((event) => event.type === 'planned')
      .map(({ kind, path }) => `${kind} ${path}`);
    expect(planned.sort()).toEqual(['upload a.csv', 'upload b.csv']);
  }
  expect([stage.changingRequests(), await stage.snapshot()]).toEqual(before);
  expect((await sync('--compare', 'content')).report).toMatchObject({ uploaded: 2 });
  expect(await stage.snapshot()).toEqual(snapshotFolder(data));
});

test('a plan with it names those files, and apply uploads them', async () => {
  const { stage, data } = await inStep();
  await using _ = stage;
  await editUnseen(join(data, 'a.csv'), 'AAAA');
  const { cli, address } = stage;
  expect((await cli.run(['plan', 'data', address, '--compare', 'content', '-o', 'plan.json'])).status).toBe(
    0,
  );
  const applied = await cli.run(['apply', 'plan.json', '--json']);
  expect(applied).toMatchObject({ status: 0, report: { uploaded: 1 } });
  expect(await stage.snapshot()).toEqual(snapshotFolder(data));
  expect((await cli.run(['apply', 'plan.json', '--json'])).status).toBe(0);
});

test('what cannot be read on Stage is not taken for equal', async () => {
  const { stage, sync } = await inStep();
  await using _ = stage;
  stage.emulator.faults.set({
    rules: [
      { fault: 'status', status: 404, kind: 'content' },
      { fault: 'status', status: 403, kind: 'download', path: 'target/a.csv' },
    ],
  });
  const run = await sync('--compare', 'content');
  expect(run.report.unchanged).toBe(0);
});
