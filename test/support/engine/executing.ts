import { onTestFinished } from 'vitest';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { RelPath } from '../../../src/model/path.ts';
import type { PathFilter } from '../../../src/model/ports.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { Executor } from '../../../src/sync/execute/executor.ts';
import { FolderMaker } from '../../../src/sync/execute/folder-maker.ts';
import { HiddenNames } from '../../../src/sync/execute/hidden-names.ts';
import { Learnt } from '../../../src/sync/execute/learnt.ts';
import { DestinationTimes } from '../../../src/sync/execute/destination-times.ts';
import { everything } from '../../../src/filter/filter.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { folderRow } from '../../../src/sync/ledger/ledger-row.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';
import { PlanStore } from '../../../src/sync/plan/store/plan-store.ts';
import { Tally } from '../../../src/sync/tally.ts';
import { createTestClock } from './engine.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type {
  MemoryCall,
  MemoryDestinationOptions,
} from '../../../src/destinations/memory/memory-destination.ts';
import { memoryLedger } from './memory-ledger.ts';
import { openRemote } from './open-remote.ts';

/** When files of these tests were put on Stage, in milliseconds since 1970. */
export const PUT_AT = 1_700_000_000_000;

export interface Hooks {
  before?: ((call: MemoryCall) => void) | undefined;
  after?: ((call: MemoryCall) => void) | undefined;
}

/** The row of a file of ours. */
export const fileRow = (path: RelPath, size: number, some: Partial<LedgerRow> = {}): LedgerRow => ({
  path,
  size,
  version: 'v',
  identity: undefined,
  digest: undefined,
  shownModifiedMs: PUT_AT,
  pending: false,
  adopted: false,
  ...some,
});

/** A Stage with files that a ledger knows, and what happens to it told call by call. */
export function knownStage(ours: Readonly<Record<RelPath, string>>, options: MemoryDestinationOptions = {}) {
  const hooks: Hooks = {};
  const stage = createMemoryDestination({
    root: 'in/',
    before: (call) => hooks.before?.(call),
    after: (call) => hooks.after?.(call),
    ...options,
  });
  const { root } = stage;
  if (root !== '') stage.folders.add(root);
  const ledger = memoryLedger();
  for (const [path, content] of Object.entries(ours)) {
    if (path.endsWith('/')) {
      stage.folders.add(root + path);
      ledger.put(folderRow(path), 'new');
      continue;
    }
    stage.place(root + path, content, PUT_AT);
    ledger.put(fileRow(path, content.length), 'new');
  }
  const nick = (path: string): string =>
    path.replace(/\.stagesync-[0-9a-z]+-[0-9a-f]{12}/, '~').replace(new RegExp(`^${root}`), '');
  return {
    stage,
    hooks,
    ledger,
    /** Requests since the last call of this, hidden names as `~-1-gone-x/`, others relative to the target. */
    did: (): string[] =>
      stage.calls
        .splice(0)
        .map(({ kind, path, to }) => `${kind} ${nick(path)}${to === undefined ? '' : ` > ${nick(to)}`}`),
    rows: (): string[] => [...ledger.rows()].flat().map(({ path }) => nick(path)),
    /** Everything there, relative to the target or, hidden, with its nickname. */
    there: (): Record<string, string> =>
      Object.fromEntries([
        ...[...stage.folders].filter((path) => path !== root).map((path) => [nick(path), '']),
        ...[...stage.files].map(([path, { bytes }]) => [nick(path), Buffer.from(bytes).toString()]),
      ]) as Record<string, string>,
  };
}

export interface ExecutingOptions {
  readonly filter?: PathFilter;
  readonly stage?: MemoryDestinationOptions;
}

/** What carries out a plan, over a Stage in memory; the plan is for the test to fill. */
export function executing(ours: Readonly<Record<RelPath, string>>, options: ExecutingOptions = {}) {
  const known = knownStage(ours, options.stage);
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  const events: SyncEvent[] = [];
  const stayed: string[] = [];
  const tally = new Tally((event) => events.push(event));
  const clock = createTestClock();
  const draining = new AbortController();
  const signal = new AbortController().signal;
  const learnt = new Learnt();
  const hidden = new HiddenNames(clock.now());
  const remote = openRemote(known.stage);
  const gate = new Gate(clock).use({
    name: known.stage.words.name,
    concurrency: 4,
    attempts: 1,
    maxRequestsPerSecond: undefined,
    maxWaitMs: 3_600_000,
    draining: draining.signal,
    signal,
    onEvent: () => undefined,
  });
  const times = new DestinationTimes({ remote, ledger: known.ledger, hidden, clock, signal });
  const executor = new Executor({
    remote,
    gate,
    ledger: known.ledger,
    source: createMemorySource(),
    store,
    filter: options.filter ?? everything,
    folders: new FolderMaker(remote, []),
    tally,
    clock,
    draining: draining.signal,
    signal,
    overwrite: true,
    keepsOthers: false,
    hidden,
    learnt,
    times,
    atomic: false,
    holdBack: false,
    onStayed: (path) => stayed.push(path),
  });
  const told = (): string[] =>
    events.flatMap((event) =>
      event.type === 'problem' ? [`${event.severity} ${event.path} ${event.code}`] : [],
    );
  const actions = (): string[] =>
    events.flatMap((event) => {
      if (event.type !== 'action') return [];
      const { kind, path, to, within, outcome } = event;
      const where = to === undefined ? path : `${path} > ${to}`;
      return [`${outcome} ${kind} ${where}${within === undefined ? '' : ` within ${within}`}`];
    });
  return { ...known, store, tally, clock, draining, learnt, hidden, executor, events, stayed, told, actions };
}
