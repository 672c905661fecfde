import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startDaemon, type Daemon } from '../../support/cli/daemon.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree, type Tree } from '../../support/trees/trees.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };

interface Scene extends AsyncDisposable {
  readonly stage: ServedStage;
  readonly daemon: Daemon;
  /** A path in the watched folder. */
  readonly at: (path: string) => string;
  /** Resolves when Stage equals the folder and the watch rests. */
  converges(): Promise<void>;
}

async function scene(
  tree: Tree,
  args: readonly string[] = [],
  stageOptions: Parameters<typeof servedStage>[0] = {},
): Promise<Scene> {
  const stage = await servedStage(stageOptions);
  const root = join(stage.cli.folder, 'data');
  await writeTree(stage.cli.folder, { 'data/': '' });
  await writeTree(root, tree);
  const daemon = await startDaemon(stage.cli, [
    'data',
    stage.address,
    '--delete',
    '--settle',
    '200ms',
    ...args,
  ]);
  return {
    stage,
    daemon,
    at: (path) => join(root, path),
    async converges() {
      await vi.waitFor(async () => expect(await stage.snapshot()).toEqual(snapshotFolder(root)), PATIENCE);
      await daemon.atRest();
    },
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]();
      await stage[Symbol.asyncDispose]();
    },
  };
}

test('what is made, changed, renamed and removed reaches Stage with the fewest calls', async () => {
  await using it = await scene({ 'a.csv': 'one', 'x/b.csv': 'two', 'x/c.csv': 'three' });
  const { stage, at } = it;
  await it.converges();
  const calls = async (change: () => void): Promise<Record<string, number>> => {
    const before = stage.emulator.counters.read().byKind;
    change();
    await it.converges();
    const { list: _, metadata: __, ...after } = stage.emulator.counters.read().byKind;
    const made = Object.entries(after).map(
      ([kind, n]) => [kind, n - before[kind as keyof typeof before]] as const,
    );
    return Object.fromEntries(made.filter(([kind, n]) => n > 0 && !['download', 'content'].includes(kind)));
  };
  expect(await calls(() => writeFileSync(at('new.csv'), 'new'))).toEqual({ putFile: 1 });
  expect(await calls(() => writeFileSync(at('a.csv'), 'changed'))).toEqual({ putFile: 1 });
  expect(await calls(() => renameSync(at('a.csv'), at('x/renamed.csv')))).toEqual({ move: 1 });
  expect(await calls(() => renameSync(at('x'), at('moved')))).toEqual({ move: 1 });
  expect(await calls(() => rmSync(at('new.csv')))).toEqual({ remove: 1 });
  expect(await calls(() => writeFileSync(at('stays.csv'), 'stays'))).toEqual({ putFile: 1 });
  // to a hidden name, where it is looked at once more, and then for good
  expect(await calls(() => rmSync(at('moved'), { recursive: true }))).toEqual({ move: 1, remove: 1 });
  const before = stage.changingRequests();
  rmSync(at('stays.csv'));
  // nothing is left: that looks like a lost disk, and is left to a person
  await it.daemon.becomes({ state: 'halted', reason: expect.stringMatching(/no file that can be synced/) });
  expect(stage.changingRequests()).toBe(before);
}, 120_000);

test('an editor that writes beside the file and renames gives one upload; --json tells of it', async () => {
  await using it = await scene({ 'a.csv': 'one', 'b.csv': 'b' }, ['--json']);
  await it.converges();
  const before = it.stage.emulator.counters.read().byKind.putFile;
  writeFileSync(it.at('.a.csv.swp'), 'two two');
  renameSync(it.at('.a.csv.swp'), it.at('a.csv'));
  await it.converges();
  expect(it.stage.emulator.counters.read().byKind.putFile - before).toBe(1);
  expect(await it.daemon.stop()).toBe(0);
  const events = it.daemon
    .stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const uploads = events.filter(({ type }) => type === 'action').map(({ path }) => String(path));
  expect(uploads.toSorted((a, b) => a.localeCompare(b))).toEqual(['a.csv', 'a.csv', 'b.csv']);
  const passes = events.filter(({ type }) => type === 'pass');
  expect(passes.map(({ report }) => report)).toEqual(events.filter(({ type }) => type === 'report'));
  expect(events).toContainEqual({ type: 'state', state: 'idle' });
});

test('a source that goes away halts the watch with its reason, removes nothing, and goes on when it is back', async () => {
  await using it = await scene({ 'a.csv': 'one', 'x/b.csv': 'two' });
  const { stage, daemon, at } = it;
  await it.converges();
  expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200);
  const before = stage.changingRequests();
  renameSync(at('.'), at('../away'));
  await daemon.becomes({ state: 'halted', reason: expect.stringMatching(/there is nothing at /) });
  expect((await fetch(`${daemon.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200);
  expect(stage.changingRequests()).toBe(before);
  renameSync(at('../away'), at('.'));
  writeFileSync(at('c.csv'), 'three');
  await it.converges();
  expect(stage.changingRequests()).toBe(before + 1);
  writeFileSync(at('x/d.csv'), 'four');
  await it.converges();
});

test('a second watch is refused, a sync is told who holds the pair, and status says what it does', async () => {
  await using it = await scene({ 'a.csv': 'one' });
  const { cli, address } = it.stage;
  await it.converges();
  const second = await cli.run(['watch', 'data', address]);
  expect(second.status).toBe(6);
  const sync = await cli.run(['sync', 'data', address]);
  expect(sync.status).toBe(6);
  expect(sync.stderr).toMatch(/"stagesync watch", process \d+, since/);
  const status = await cli.run(['status', 'data', '--json']);
  expect(status.status).toBe(0);
  expect(JSON.parse(status.stdout)).toMatchObject({
    source: join(it.stage.cli.folder, 'data'),
    heldBy: { command: 'stagesync watch' },
    watch: { state: 'idle', mode: 'folders', watches: 1 },
    runs: [{ outcome: 'clean', report: { uploaded: 1 } }],
  });
  expect((await cli.run(['status'])).stdout).toMatch(
    /idle since .*\n.*by folders \(1 watch\), 0 folders waiting/,
  );
  expect(await it.daemon.metric('stagesync_actions_total{kind="upload",outcome="done"}')).toBe(1);
  expect(await it.daemon.metric('stagesync_state{state="idle"}')).toBe(1);
  expect(await it.daemon.metric('stagesync_stage_requests_total{verb="PUT",status="2xx"}')).toBeGreaterThan(
    0,
  );
  expect(await it.daemon.stop()).toBe(0);
  expect(JSON.parse((await cli.run(['status', '--json'])).stdout).heldBy).toBeUndefined();
});

test('killed in the middle and started again, it converges and repeats at most what was in flight', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`d${i % 5}/${i}.csv`, `content ${i}`]),
  );
  const committed = new Map<string, number>();
  let enough = (): void => undefined;
  const some = new Promise<void>((resolve) => (enough = resolve));
  await using it = await scene(files, ['--concurrency', '4'], {
    faults: { latency: { putFile: 30 } },
    onRequest: (phase, { kind, path }) => {
      if (phase !== 'committed' || kind !== 'putFile') return;
      committed.set(path, (committed.get(path) ?? 0) + 1);
      if (committed.size === 20) enough();
    },
  });
  await some;
  await it.daemon.stop('SIGKILL');
  const { cli, address } = it.stage;
  await using again = await startDaemon(cli, ['data', address, '--delete', '--concurrency', '4']);
  await vi.waitFor(
    async () => expect(await it.stage.snapshot()).toEqual(snapshotFolder(it.at(''))),
    PATIENCE,
  );
  await again.atRest();
  expect([...committed.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(4);
  expect(committed.size).toBe(60);
  expect(await again.stop('SIGINT')).toBe(0);
});

/** A watch whose first uploads wait at the Stage until the test opens the door. */
async function heldScene() {
  let held = 0;
  let open = (): void => undefined;
  const door = new Promise<void>((resolve) => (open = resolve));
  const it = await scene({ 'a.csv': '1', 'b.csv': '2' }, [], {
    onRequest: async (phase, { kind }) => {
      if (phase !== 'received' || kind !== 'putFile') return;
      held++;
      await door;
    },
  });
  await vi.waitFor(() => expect(held).toBe(2), PATIENCE);
  return { it, open };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s finishes what is in flight and ends with 0', async (signal) => {
  const { it, open } = await heldScene();
  await using _ = it;
  const stopped = it.daemon.stop(signal);
  await vi.waitFor(() => expect(it.daemon.text()).toMatch(/finishing what is in flight/), PATIENCE);
  open();
  expect(await stopped).toBe(0);
  expect(it.daemon.text()).toMatch(/stagesync: stopping: finishing[^]*"msg":"stopped"/);
  expect(Object.keys(await it.stage.snapshot()).toSorted()).toEqual(['a.csv', 'b.csv']);
});

test('a second signal ends it at once', async () => {
  const { it, open } = await heldScene();
  await using _ = it;
  void it.daemon.stop('SIGTERM');
  await vi.waitFor(() => expect(it.daemon.text()).toMatch(/finishing what is in flight/), PATIENCE);
  expect(await it.daemon.stop('SIGTERM')).toBe(143);
  open();
});

test('--poll finds changes without watching', async () => {
  await using it = await scene({ 'a.csv': 'one' }, ['--poll', '300ms']);
  await it.converges();
  expect(await it.daemon.status()).toMatchObject({ mode: 'polling', watches: 0 });
  writeFileSync(it.at('b.csv'), 'two');
  await vi.waitFor(
    async () => expect(await it.stage.snapshot()).toEqual(snapshotFolder(it.at(''))),
    PATIENCE,
  );
});

test('a Stage that is down for a while is waited for, and everything arrives', async () => {
  await using it = await scene({ 'a.csv': 'one' });
  await it.converges();
  it.stage.emulator.faults.set({ rules: [{ fault: 'reset_before' }] });
  writeFileSync(it.at('b.csv'), 'two');
  await it.daemon.becomes({ state: 'backing_off' });
  it.stage.emulator.faults.set({});
  await it.converges();
}, 120_000);
