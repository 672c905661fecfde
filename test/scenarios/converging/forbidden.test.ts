import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const filesOf = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`data/f${at}.txt`, `${at}`]));

test('a file that a Stage forbids fails alone, and is sent once it may be', async () => {
  await using stage = await servedStage();
  const { cli, address, emulator } = stage;
  await writeTree(cli.folder, filesOf(30));
  const sync = () => commandInside(cli, ['sync', 'data', address, '--json']);
  emulator.faults.set({
    rules: [
      { verb: 'PUT', pathPattern: '/f0\\.txt$', fault: 'status', status: 403, text: 'by the firewall' },
    ],
  });
  const first = await sync();
  expect(first).toMatchObject({
    status: 3,
    report: { outcome: 'failures', uploaded: 29, failed: 1 },
  });
  expect(first.report).not.toHaveProperty('error');
  expect(first.stdout).toContain('stage_unauthorised');
  emulator.faults.set({});
  expect(await sync()).toMatchObject({ status: 0, report: { uploaded: 1, unchanged: 29 } });
  expect(await stage.snapshot()).toEqual(snapshotFolder(`${cli.folder}/data`));

  emulator.faults.set({
    rules: [{ verb: 'GET', kind: 'download', path: 'target/f0.txt', fault: 'status', status: 403 }],
  });
  const pulled = await commandInside(cli, ['pull', address, 'here', '--json']);
  expect(pulled).toMatchObject({ status: 3, report: { outcome: 'failures', uploaded: 29, failed: 1 } });
});

test('a token that may change nothing ends a run soon, and is the reason that it gives once', async () => {
  await using stage = await servedStage();
  const { cli, address, emulator } = stage;
  await writeTree(cli.folder, filesOf(300));
  emulator.faults.set({ rules: [{ verb: 'PUT', fault: 'status', status: 403, text: 'may only read' }] });
  const run = await commandInside(cli, ['sync', 'data', address, '--concurrency', '4']);
  expect(run.status).toBe(5);
  expect(run.stderr.trim().split('\n').at(-1)).toMatch(/^stagesync: Stage refused to .*403: may only read/);
  expect(run.stdout).not.toContain('may only read');
  expect(stage.changingRequests()).toBeLessThan(60);
});
