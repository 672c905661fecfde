import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Behaviour } from '../../../src/emulator/control/behaviour.ts';
import type { RequestInfo, RequestPhase } from '../../../src/emulator/request-info.ts';
import { isFolderPath, nameOf } from '../../../src/model/path.ts';
import { openLocalSource } from '../../../src/sources/local/local-source.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import { TRASH } from '../../../src/sync/execute/trash/trash-names.ts';
import { runPass } from '../../../src/sync/pass.ts';
import { PASS_DEFAULTS } from '../../../src/sync/pass-defaults.ts';
import { createTestClock } from '../engine/engine.ts';
import type { TrialStage } from '../stage/trial-stage.ts';
import { writeTree } from '../trees/trees.ts';
import type { Tree } from '../trees/trees.ts';

const BIN = fileURLToPath(new URL('../../../bin/stagesync.js', import.meta.url));
const PRELOAD = new URL('kill-at-statement.mjs', import.meta.url).href;

/** How files are published in a case, and what the Stage refuses. */
export interface KillMode {
  readonly name: string;
  readonly flags: readonly string[];
  readonly behaviour: Partial<Behaviour>;
  /** Files that can be stored and not yet have their name: they are uploaded anew. */
  readonly inFlight: number;
  /** Kill points in the suite, where they are fewer than usual. */
  readonly points?: number;
}

/** When the process dies: at the nth phase of a changing request, a while after it, or at a statement of the ledger. */
export type KillPoint =
  | { readonly at: RequestPhase; readonly nth: number }
  | { readonly at: 'meanwhile'; readonly nth: number; readonly delayMs: number }
  | { readonly at: 'before' | 'after'; readonly nth: number };

export const CONCURRENCY = 4;
const MARKER = '_done';
const FOREIGN = "somebody else's";

/** Names are unique below their folders, so that an upload can be told by its name wherever it goes first. */
const BEFORE: Tree = {
  'same.csv': 'untouched',
  'longer.csv': 'old',
  'equal.csv': 'old content of a size',
  'swap-1.csv': 'first of a pair',
  'swap-2.csv': 'the second of a pair',
  'old-name.csv': 'renamed',
  'moved/one.csv': 'one of a folder',
  'moved/two.csv': 'two of a folder',
  'left/left.csv': 'of the left folder',
  'right/right.csv': 'of the right folder, longer',
  'gone.csv': 'to be removed',
  'gone/a.csv': 'to be removed with its folder',
  'gone/b.csv': 'and this',
};

const EDITS: Tree = {
  'longer.csv': 'new and longer',
  'equal.csv': 'new content of a size',
  'fresh/new-1.csv': 'new 1',
  'fresh/new-2.csv': 'new 2',
  'fresh/deep/new-3.csv': 'new 3',
};

const AFTER: Tree = {
  'same.csv': BEFORE['same.csv']!,
  ...EDITS,
  'swap-1.csv': BEFORE['swap-2.csv']!,
  'swap-2.csv': BEFORE['swap-1.csv']!,
  'new-name.csv': BEFORE['old-name.csv']!,
  'moved-to/one.csv': BEFORE['moved/one.csv']!,
  'moved-to/two.csv': BEFORE['moved/two.csv']!,
  'left/right.csv': BEFORE['right/right.csv']!,
  'right/left.csv': BEFORE['left/left.csv']!,
};

/** The source on disk as it was synced, and then as it is to be. */
class Disk {
  readonly root = mkdtempSync(join(tmpdir(), 'stagesync-kill-'));
  readonly source = join(this.root, 'source');
  readonly state = join(this.root, 'state', 'stagesync');

  async write(): Promise<void> {
    await writeTree(this.source, BEFORE);
    // well in the past, so that no file is too young to be read
    for (const path of Object.keys(BEFORE)) utimesSync(join(this.source, path), 1_600_000_000, 1_600_000_000);
  }

  async edit(): Promise<void> {
    const at = (path: string): string => join(this.source, path);
    const swap = (a: string, b: string): void => {
      renameSync(at(a), at('aside'));
      renameSync(at(b), at(a));
      renameSync(at('aside'), at(b));
    };
    for (const path of ['gone.csv', 'gone']) rmSync(at(path), { recursive: true });
    swap('swap-1.csv', 'swap-2.csv');
    swap('left', 'right');
    renameSync(at('old-name.csv'), at('new-name.csv'));
    renameSync(at('moved'), at('moved-to'));
    await writeTree(this.source, EDITS);
    for (const path of Object.keys(EDITS)) utimesSync(at(path), 1_650_000_000, 1_650_000_000);
  }
}

export interface KillOutcome {
  /** False: the run ended before its point came. */
  readonly killed: boolean;
  /** Phases of changing requests, and statements that change the ledger, in a run that nobody killed. */
  readonly phases: number;
  readonly statements: number;
}

/** One run that is killed at its point, and the next one, which must put everything right. Throws where it does not. */
export async function runKillCase(
  stage: TrialStage,
  mode: KillMode,
  point: KillPoint | undefined,
  serial: number,
): Promise<KillOutcome> {
  const { emulator } = stage;
  const disk = new Disk();
  const top = `k${serial}/`;
  const { signal } = new AbortController();
  const deployment = emulator.deployments[0]!.id;
  const destination = await stage.open(
    `${top}target/`,
    undefined,
    CONCURRENCY,
    `stage://${deployment}/${top}target/`,
  );
  emulator.behaviour.reset();
  emulator.behaviour.set(mode.behaviour);
  try {
    await disk.write();
    const pass = passOver(disk, destination, mode);
    const first = await pass();
    assert.equal(first.report.outcome, 'clean');
    await destination.put(
      `${top}target/foreign`,
      { size: FOREIGN.length, bytes: Buffer.from(FOREIGN) },
      { signal },
    );
    await disk.edit();

    const sent = new Puts();
    const run = await killedRun(stage, disk, `stage://${deployment}/${top}target`, mode, point, sent);
    if (run.killed) checkAfterKill(await stage.contents(''), `${top}target/`);
    const repeated = new Puts();
    stage.onRequest = (phase, info) => repeated.note(phase, info);
    const next = await pass();
    stage.onRequest = undefined;
    assert.equal(next.error, undefined);
    assert.equal(next.report.failed, 0);
    checkEqual(await stage.contents(''), top, mode);
    const again = [...repeated.names].filter((name) => sent.names.has(name));
    assert.ok(again.length <= mode.inFlight, `uploaded again: ${again.join(', ')}`);
    const before = emulator.counters.read().changing;
    const last = await pass();
    assert.equal(last.report.outcome, 'clean');
    assert.equal(emulator.counters.read().changing - before, 0, 'a run with nothing to do sent a change');
    checkLedger(disk, destination.label);
    return run;
  } catch (error) {
    await stage.clear();
    throw error;
  } finally {
    stage.onRequest = undefined;
    await destination.remove(top, { signal }).catch(() => undefined);
    await destination.remove(TRASH, { signal }).catch(() => undefined);
    await destination.close();
    rmSync(disk.root, { recursive: true });
  }
}

function passOver(disk: Disk, destination: Awaited<ReturnType<TrialStage['open']>>, mode: KillMode) {
  return async () => {
    const source = await openLocalSource({ root: disk.source, followSymlinks: false });
    const ledger = openLedger({
      folder: disk.state,
      source: source.label,
      destination: destination.label,
      command: 'next run',
      pid: process.pid,
    });
    try {
      return await runPass({
        source,
        destination,
        ledger,
        filter: createFilter({ rules: [] }),
        ...PASS_DEFAULTS,
        removal: 'ours',
        maxDelete: { percent: 100 },
        concurrency: CONCURRENCY,
        atomic: mode.flags.includes('--atomic'),
        publishSet: mode.flags.includes('--publish-set'),
        keepRemovedMs: keeps(mode) ? 7 * 86_400_000 : undefined,
        marker: mode.flags.includes('--marker') ? MARKER : undefined,
        attempts: 3,
        clock: createTestClock(Date.now()),
        draining: new AbortController().signal,
        signal: new AbortController().signal,
        onEvent: () => undefined,
      });
    } finally {
      ledger.close();
    }
  };
}

/** The names of the files whose upload Stage carried out. */
class Puts {
  readonly names = new Set<string>();
  note(phase: RequestPhase, { kind, path }: RequestInfo): void {
    if (phase === 'committed' && kind === 'putFile')
      this.names.add(nameOf(path).replace(/^(?:\.stagesync-)?\d+-new-/, ''));
  }
}

const keeps = ({ flags }: KillMode): boolean => flags.includes('--keep-removed');

const CHANGING: ReadonlySet<string> = new Set(['putFile', 'putFolder', 'move', 'remove']);

async function killedRun(
  stage: TrialStage,
  disk: Disk,
  address: string,
  mode: KillMode,
  point: KillPoint | undefined,
  sent: Puts,
): Promise<KillOutcome> {
  const byStatement = point === undefined || point.at === 'before' || point.at === 'after';
  const killAt = point === undefined ? 'count' : `${point.at}:${point.nth}`;
  const child = spawn(
    process.execPath,
    [
      ...(byStatement ? ['--import', PRELOAD] : []),
      BIN,
      ...`sync ${disk.source} ${address} --delete --max-delete 100% --quiet`.split(' '),
      ...`--concurrency ${CONCURRENCY}`.split(' '),
      ...mode.flags,
    ],
    {
      env: {
        PATH: process.env['PATH'],
        HOME: disk.root,
        XDG_STATE_HOME: join(disk.root, 'state'),
        SINGLESTOREDB_MANAGEMENT_BASE_URL: stage.emulator.url,
        SINGLESTOREDB_MANAGEMENT_TOKEN: stage.emulator.token,
        STAGESYNC_KILL_AT: killAt,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  const exited = once(child, 'close');
  let phases = 0;
  stage.onRequest = async (phase, info) => {
    sent.note(phase, info);
    if (!CHANGING.has(info.kind)) return;
    phases++;
    if (byStatement || phases !== point.nth) return;
    if (point.at === 'meanwhile') setTimeout(() => child.kill('SIGKILL'), point.delayMs);
    else {
      child.kill('SIGKILL');
      await exited;
    }
  };
  const [status, signal] = (await exited) as [number | null, string | null];
  // what the dead process had sent is still carried out
  await stage.settled();
  assert.ok(status === 0 || signal === 'SIGKILL', `status ${status} ${signal}: ${said}`);
  const statements = Number(/statements: (\d+)/.exec(said)?.[1] ?? 0);
  return { killed: signal === 'SIGKILL', phases, statements };
}

/** Right after the kill: only whole versions, and for every file that both trees have, one of them. */
function checkAfterKill(everything: Map<string, string>, root: string): void {
  const versions = new Set([...Object.values(BEFORE), ...Object.values(AFTER), FOREIGN, '']);
  for (const [path, content] of everything) {
    if (path.startsWith(root) || path.includes('.stagesync-'))
      assert.ok(versions.has(content), `${path} is not whole: ${content}`);
  }
  for (const [path, old] of Object.entries(BEFORE)) {
    const now = AFTER[path];
    if (now === undefined) continue;
    const candidates = [...everything].filter(
      ([at]) => at === root + path || (at.includes('.stagesync-') && isCalled(at, path)),
    );
    const moves = now !== old && Object.values(BEFORE).includes(now);
    // a swapped file is under the other's name, or under its own, or waits between them
    const held = moves
      ? [...everything.values()].includes(now as string)
      : candidates.some(([, content]) => content === old || content === now);
    assert.ok(held, `${path} is neither there nor aside`);
  }
  assert.equal(everything.get(`${root}same.csv`), AFTER['same.csv']);
  assert.equal(everything.get(`${root}foreign`), FOREIGN);
}

/** Whether a hidden name is that of a file of this name: in the trash the whole path stands in it. */
const isCalled = (hidden: string, path: string): boolean =>
  nameOf(hidden).endsWith(`-${nameOf(path)}`) || nameOf(hidden).endsWith(`~1${nameOf(path)}`);

/** What the next run must not leave out of the trash: all that is gone, and all that was replaced by other content. */
const KEPT = ['gone.csv', 'gone/a.csv', 'gone/b.csv', 'longer.csv', 'equal.csv'].map((path) => BEFORE[path]);

function checkEqual(all: Map<string, string>, top: string, mode: KillMode): void {
  const root = `${top}target/`;
  const everything = new Map([...all].filter(([path]) => !path.startsWith(TRASH)));
  const trash = [...all].flatMap(([path, content]) => (path.startsWith(TRASH) ? [content] : []));
  for (const content of keeps(mode) ? KEPT : [])
    assert.ok(trash.includes(content as string), `not in the trash: ${String(content)}`);
  assert.ok(keeps(mode) || trash.length === 0, 'nobody asked for a trash');
  const files = [...everything].filter(
    ([path]) => !isFolderPath(path) && (path.startsWith(top) || path.includes('.stagesync-')),
  );
  const wanted: Record<string, unknown> = { [`${root}foreign`]: FOREIGN };
  for (const [path, content] of Object.entries(AFTER)) wanted[root + path] = content;
  const found = Object.fromEntries(files);
  if (mode.flags.includes('--marker')) delete found[root + MARKER];
  assert.deepEqual(found, wanted);
  const hidden = [...everything.keys()].filter((path) => path.includes('.stagesync-'));
  assert.deepEqual(hidden, []);
  for (const gone of ['gone/', 'moved/']) assert.ok(!everything.has(root + gone), `${gone} is still there`);
}

function checkLedger(disk: Disk, label: string): void {
  const ledger = openLedger({
    folder: disk.state,
    source: disk.source,
    destination: label,
    command: 'check',
    pid: process.pid,
  });
  try {
    assert.deepEqual(ledger.intents(), []);
    const rows = [...ledger.rows()].flat().filter(({ path }) => !isFolderPath(path));
    assert.deepEqual(rows.map(({ path }) => path).sort(), Object.keys(AFTER).sort());
    for (const row of rows) assert.equal(row.size, Buffer.byteLength(AFTER[row.path] as string), row.path);
  } finally {
    ledger.close();
  }
}
