import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const FILES = 40;

/** As many uploads as are under way at the same time. */
const AT_ONCE = 4;

/** A sync whose first uploads wait, all that go at the same time, until the test opens the door. */
async function heldSync() {
  let open = (): void => undefined;
  const door = new Promise<void>((resolve) => (open = resolve));
  let enough = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (enough = resolve));
  let held = 0;
  const stage: ServedStage = await servedStage({
    onRequest: async (phase, { kind }) => {
      if (phase !== 'received' || kind !== 'putFile') return;
      if (++held === AT_ONCE) enough();
      await door;
    },
  });
  await writeTree(
    stage.cli.folder,
    Object.fromEntries(Array.from({ length: FILES }, (_, i) => [`data/file-${i}.csv`, `${i}`])),
  );
  let child!: ChildProcess;
  const run = stage.cli.run(['sync', 'data', stage.address, '--json', '--concurrency', `${AT_ONCE}`], {
    running: (process) => (child = process),
  });
  await waiting;
  return { stage, cli: stage.cli, address: stage.address, child, run, open };
}

/** Resolves when the process has written `pattern` to stderr. */
const said = (child: ChildProcess, pattern: RegExp): Promise<void> =>
  new Promise((resolve) => {
    let text = '';
    child.stderr?.on('data', (part: Buffer) => {
      text += part.toString();
      if (pattern.test(text)) resolve();
    });
  });

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s finishes what is in flight, records it, and the next run goes on from there',
  async (signal, status) => {
    const { stage, cli, address, child, run, open } = await heldSync();
    await using _ = stage;
    const draining = said(child, /stopping: finishing .+; once more stops at once/);
    child.kill(signal);
    await draining;
    open();
    const result = await run;
    expect(result.status).toBe(status);
    expect(result.report).toMatchObject({ outcome: 'interrupted', failed: 0 });
    expect(result.report.uploaded).toBeGreaterThanOrEqual(AT_ONCE);
    expect(result.report.uploaded).toBeLessThan(FILES);
    expect((await cli.run(['status', 'data'])).stdout).toMatch(/run .*interrupted: \d+ uploaded/);
    const next = await cli.run(['sync', 'data', address, '--json']);
    expect(next.report).toMatchObject({ outcome: 'clean', uploaded: FILES - result.report.uploaded });
    expect(await stage.snapshot()).toEqual(snapshotFolder(join(cli.folder, 'data')));
  },
);

test('a second signal stops at once, and the next run puts right what was in flight', async () => {
  const { stage, cli, address, child, run, open } = await heldSync();
  await using _ = stage;
  const draining = said(child, /stopping: finishing .+; once more stops at once/);
  child.kill('SIGINT');
  await draining;
  child.kill('SIGINT');
  const result = await run; // the door is still closed: nothing was waited for
  expect(result.status).toBe(130);
  expect(result.report).toMatchObject({ outcome: 'interrupted' });
  open();
  expect((await cli.run(['sync', 'data', address])).status).toBe(0);
  expect(await stage.snapshot()).toEqual(snapshotFolder(join(cli.folder, 'data')));
});

test('a reader of the output that goes away stops the run tidily', async () => {
  const { stage, cli, address, child, run, open } = await heldSync();
  await using _ = stage;
  child.stdout?.destroy();
  open();
  const result = await run;
  expect(result.status).toBe(130);
  expect(result.stderr).toMatch(/output went away/);
  expect(result.stderr).not.toMatch(/unexpected|^\s+at /m);
  expect((await cli.run(['sync', 'data', address])).status).toBe(0);
});
