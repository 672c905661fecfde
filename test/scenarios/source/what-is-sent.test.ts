import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import type { CliResult } from '../../support/cli/cli.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { digests } from '../../support/s3/bucket-and-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const { signal } = new AbortController();

const run = (stage: ServedStage, ...flags: string[]): Promise<CliResult> =>
  commandInside(stage.cli, ['sync', 'data', stage.address, '--json', ...flags]);

async function inStep(files: Readonly<Record<string, string>>): Promise<ServedStage> {
  const stage = await servedStage();
  await edit(stage, files);
  expect((await run(stage)).status).toBe(0);
  return stage;
}

const edit = ({ cli }: ServedStage, files: Readonly<Record<string, string>>): Promise<unknown> =>
  writeTree(
    cli.folder,
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`data/${path}`, text])),
  );

async function foreign({ destination }: ServedStage, path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await destination.put(destination.root + path, { size: bytes.length, bytes }, { signal });
}

const problemsOf = ({ events }: CliResult): string[] =>
  events.flatMap((event) =>
    event.type === 'problem' ? [`${event.severity} ${event.code} ${event.path}`] : [],
  );

async function filesOf(stage: ServedStage) {
  return Object.fromEntries(Object.entries(await stage.snapshot()).filter(([path]) => !path.endsWith('/')));
}

describe('--size-only', () => {
  test('takes files of equal size for equal, and sends what has another size', async () => {
    await using stage = await inStep({ 'a.csv': 'aaa', 'b.csv': 'bbb' });
    await edit(stage, { 'a.csv': 'AAA', 'b.csv': 'longer' });
    await utimes(join(stage.cli.folder, 'data/a.csv'), new Date(), new Date(Date.now() + 60_000));
    expect(actionsOf(await run(stage, '--size-only'))).toEqual(['upload b.csv changed']);
    // the ledger still knows that the other one changed
    expect(actionsOf(await run(stage))).toEqual(['upload a.csv changed']);
    expect((await run(stage, '--size-only', '--compare', 'content')).status).toBe(2);
  });

  test('takes what is on Stage at the first run for equal, though the source is newer', async () => {
    await using stage = await servedStage();
    await stage.destination.makeFolder('target/', { signal });
    await foreign(stage, 'a.csv', 'xyz');
    await edit(stage, { 'a.csv': 'abc', 'b.csv': 'b' });
    await utimes(join(stage.cli.folder, 'data/a.csv'), new Date(), new Date(Date.now() + 60_000));
    const first = await run(stage, '--size-only');
    expect([actionsOf(first), first.report.adopted]).toEqual([['upload b.csv new'], 1]);
  });
});

describe('--no-overwrite', () => {
  test.each([['the usual way'], ['--atomic'], ['--compare', 'content'], ['--trust-ledger']])(
    'sends what is new and keeps what differs, and says so: %s',
    async (...flags) => {
      const given = flags[0].startsWith('--') ? flags : [];
      await using stage = await inStep({ 'a.csv': 'a', 'd.csv': 'd', 'gone.csv': 'gone' });
      await edit(stage, { 'a.csv': 'changed', 'b.csv': 'b' });
      if (flags[0] !== '--trust-ledger') await foreign(stage, 'd.csv', 'drifted');
      await rm(join(stage.cli.folder, 'data/gone.csv'));
      const kept = await run(stage, '--no-overwrite', '--delete', ...given);
      expect(actionsOf(kept)).toEqual(['remove gone.csv gone_from_source', 'upload b.csv new']);
      expect(problemsOf(kept).sort()).toEqual(
        ['a.csv', ...(flags[0] === '--trust-ledger' ? [] : ['d.csv'])].map(
          (path) => `warning not_overwritten ${path}`,
        ),
      );
      expect([kept.status, kept.report.outcome]).toEqual([0, 'warnings']);
      const drifted = flags[0] === '--trust-ledger' ? 'd' : 'drifted';
      expect(await filesOf(stage)).toEqual(digests({ 'a.csv': 'a', 'b.csv': 'b', 'd.csv': drifted }));
    },
  );

  test('keeps what others put under a new name where Stage is not listed', async () => {
    await using stage = await inStep({ 'a.csv': 'a' });
    await foreign(stage, 'b.csv', 'theirs');
    await edit(stage, { 'b.csv': 'ours' });
    const kept = await run(stage, '--no-overwrite', '--trust-ledger');
    expect([actionsOf(kept), problemsOf(kept)]).toEqual([[], ['warning not_overwritten b.csv']]);
    expect(await filesOf(stage)).toEqual(digests({ 'a.csv': 'a', 'b.csv': 'theirs' }));
    expect(actionsOf(await run(stage))).toEqual(['upload b.csv differs']);
  });
});

test('--max-file-size leaves larger files out with a warning, and what Stage has of them stays', async () => {
  await using stage = await inStep({ 'a.csv': 'a', 'b.csv': 'b' });
  await edit(stage, { 'a.csv': 'x'.repeat(1025), 'c.csv': 'y'.repeat(1025), 'd.csv': 'z'.repeat(1024) });
  const limited = await run(stage, '--max-file-size', '1K', '--mirror');
  expect(actionsOf(limited)).toEqual(['upload d.csv new']);
  expect(problemsOf(limited)).toEqual(['warning over_size a.csv', 'warning over_size c.csv']);
  expect(limited.status).toBe(0);
  expect(await filesOf(stage)).toEqual(digests({ 'a.csv': 'a', 'b.csv': 'b', 'd.csv': 'z'.repeat(1024) }));
  expect((await run(stage, '--max-file-size', '0')).status).toBe(2);
});

test('--fail-fast begins nothing after the first failure, and the next run goes on', async () => {
  await using stage = await servedStage({
    faults: { rules: [{ fault: 'status', verb: 'PUT', path: 'target/a.csv', status: 413, times: 1 }] },
  });
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`f${at}.csv`, 'small']));
  await edit(stage, { ...many, 'a.csv': 'refused' });
  const stopped = await run(stage, '--fail-fast', '--concurrency', '1');
  expect(stopped.status).toBe(3);
  expect(stopped.report).toMatchObject({ outcome: 'failures', failed: 1, error: { code: 'first_failure' } });
  expect(stopped.report.uploaded).toBeLessThan(100);
  const rest = await run(stage, '--fail-fast');
  expect(rest.report).toMatchObject({ outcome: 'clean', uploaded: 201 - stopped.report.uploaded });
});
