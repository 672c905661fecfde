import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FaultRule } from '../../../src/emulator/control/faults.ts';
import { startDaemon } from '../../support/cli/daemon.ts';
import type { CliResult } from '../../support/cli/cli.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

/** Longer than any test. */
const HALF_AN_HOUR = {
  fault: 'status',
  status: 429,
  retryAfter: 'seconds',
  retryAfterSeconds: 1800,
} as const;

async function stageWith(...rules: readonly FaultRule[]) {
  const stage = await servedStage();
  await writeTree(
    stage.cli.folder,
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`data/file-${i}.csv`, `${i}`])),
  );
  stage.emulator.faults.set({ rules });
  return stage;
}

/** Resolves when the process has written the text to stdout. */
const wrote = (child: ChildProcess, text: string): Promise<void> =>
  new Promise((resolve) => {
    let all = '';
    child.stdout?.on('data', (part: Buffer) => {
      all += part.toString();
      if (all.includes(text)) resolve();
    });
  });

/** Runs the command, which would wait for hours if the test failed: it does not outlive it. */
const run = (
  { cli }: ServedStage,
  args: readonly string[],
  running?: (child: ChildProcess) => void,
): Promise<CliResult> =>
  cli.run(args, {
    running: (child) => {
      onTestFinished(() => void child.kill('SIGKILL'));
      running?.(child);
    },
  });

const ATOMIC = ['--atomic'];
const CASES: readonly (readonly [string, NodeJS.Signals, number, FaultRule, readonly string[]])[] = [
  ['the first request', 'SIGINT', 130, { nth: 1, ...HALF_AN_HOUR }, []],
  ['an upload', 'SIGINT', 130, { kind: 'putFile', nth: 3, ...HALF_AN_HOUR }, []],
  ['an upload', 'SIGTERM', 143, { kind: 'putFile', nth: 3, ...HALF_AN_HOUR }, []],
  ['a move into the target', 'SIGINT', 130, { kind: 'move', nth: 3, ...HALF_AN_HOUR }, ATOMIC],
  ['the listing that confirms', 'SIGTERM', 143, { kind: 'list', nth: 3, ...HALF_AN_HOUR }, []],
];

describe('during a Retry-After', () => {
  test.each(CASES)(
    'for %s the first %s ends the pause at once, and the next run goes on from there',
    async (_, signal, status, rule, flags) => {
      await using stage = await stageWith(rule);
      const { cli, address } = stage;
      let paused!: Promise<void>;
      let child!: ChildProcess;
      const sync = ['sync', 'data', address, '--json', ...flags];
      const syncing = run(stage, sync, (process) => {
        child = process;
        paused = wrote(child, '"type":"throttled"');
      });
      await paused;
      child.kill(signal);
      const result = await syncing; // the half hour is not over
      expect(result.status, result.stderr).toBe(status);
      expect(result.report).toMatchObject({ outcome: 'interrupted' });
      stage.emulator.faults.set({});
      const next = await cli.run(sync);
      expect(next.report, next.stderr).toMatchObject({ outcome: 'clean' });
      expect(await stage.snapshot()).toEqual(snapshotFolder(join(cli.folder, 'data')));
      const { signal: never } = new AbortController();
      const top = [...((await stage.destination.listFolder('', { signal: never })) ?? [])];
      expect(top.map(({ name }) => name)).toEqual(['target']);
    },
  );

  test('the first SIGTERM ends a watch at once, with status 0', async () => {
    await using stage = await stageWith({ kind: 'putFile', nth: 3, ...HALF_AN_HOUR });
    await using daemon = await startDaemon(stage.cli, ['data', stage.address]);
    await expect.poll(() => daemon.metric('stagesync_throttled_total'), { timeout: 30_000 }).toBe(1);
    expect(await daemon.stop('SIGTERM')).toBe(0);
  });
});

describe('a wait that is asked for is longer than --max-wait', () => {
  const TWO_HOURS = { fault: 'status', retryAfter: 'seconds', retryAfterSeconds: 7200 } as const;
  const said = /^stagesync: Stage \(127\.0\.0\.1:\d+\) asked for a wait of 2h with status (429|503), /m;

  test.each([429, 503])('after %i the run ends with status 5 and says what was asked for', async (status) => {
    await using stage = await stageWith({ kind: 'putFile', nth: 3, status, ...TWO_HOURS });
    const { cli, address } = stage;
    const first = await run(stage, ['sync', 'data', address, '--json']);
    expect(first.status).toBe(5);
    expect(first.stderr).toMatch(said);
    expect(first.stderr).toContain('(--max-wait 1h)');
    expect(first.report).toMatchObject({ outcome: 'failures' });
    stage.emulator.faults.set({});
    const next = await cli.run(['sync', 'data', address, '--json']);
    expect(next.report).toMatchObject({ outcome: 'clean', uploaded: 20 - first.report.uploaded });
  });

  test('sync, plan, ls and cat end alike', async () => {
    await using stage = await stageWith({ status: 429, ...TWO_HOURS });
    const { address } = stage;
    for (const command of [
      ['sync', 'data', address, '--dry-run', '--max-wait', '1.5h'],
      ['plan', 'data', address, '-o', 'plan.json'],
      ['ls', address],
      ['ls', `stage://by-name/target`],
      ['cat', `${address}/a.csv`],
    ]) {
      const result = await run(stage, command);
      expect(result.status, command.join(' ')).toBe(5);
      expect(result.stderr).toMatch(said);
      // a command without the flag does not name it
      expect(result.stderr.includes('--max-wait'), command.join(' ')).toBe(command[0] !== 'cat');
    }
  });

  test('a shorter one is waited for', async () => {
    await using stage = await stageWith({ kind: 'putFile', nth: 3, ...HALF_AN_HOUR, retryAfterSeconds: 1 });
    const result = await run(stage, ['sync', 'data', stage.address, '--json', '--max-wait', '2s']);
    expect(result.report, result.stderr).toMatchObject({ outcome: 'clean', uploaded: 20 });
  });

  test('429s without end are one wait', async () => {
    await using stage = await stageWith({ kind: 'putFile', fault: 'status', status: 429 });
    const result = await run(stage, ['sync', 'data', stage.address, '--max-wait', '3s']);
    expect(result.status).toBe(5);
    expect(result.stderr).toMatch(/again and again for waits, .* in all, with status 429.*\(--max-wait 3s\)/);
  });

  test('a watch does not end: it backs off, and says why', async () => {
    await using stage = await stageWith({ kind: 'putFile', status: 429, ...TWO_HOURS });
    await using daemon = await startDaemon(stage.cli, ['data', stage.address]);
    await daemon.becomes({ state: 'backing_off' });
    expect(daemon.text()).toMatch(/asked for a wait of 2h with status 429/);
    expect(await daemon.stop('SIGTERM')).toBe(0);
  });

  test('is a duration, and nothing else', async () => {
    await using stage = await stageWith();
    const result = await run(stage, ['sync', 'data', stage.address, '--max-wait', '5']);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('--max-wait');
  });
});
