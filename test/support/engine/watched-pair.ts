import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { ChangeHint, Source } from '../../../src/model/ports.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { MemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { runPass } from '../../../src/sync/pass.ts';
import { PASS_DEFAULTS } from '../../../src/sync/pass-defaults.ts';
import type { PassSummary, WatchEvent } from '../../../src/sync/watch/watch-events.ts';
import { WatchLoop } from '../../../src/sync/watch/watch-loop.ts';
import { createManualClock } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type {
  MemoryDestination,
  MemoryDestinationOptions,
} from '../../../src/destinations/memory/memory-destination.ts';

/** A watch over memory: real passes, a clock that the test moves, hints that the test gives. */
export interface WatchedPair {
  readonly clock: ManualClock;
  readonly source: MemorySource;
  readonly stage: MemoryDestination;
  readonly loop: WatchLoop;
  readonly events: WatchEvent[];
  hint(hint: ChangeHint | readonly string[]): void;
  /** What the passes since the last call looked at: folders in order, or 'everything'. */
  passes(): (readonly string[] | 'everything')[];
  states(): string[];
  drain(): Promise<void>;
}

export interface WatchedPairOptions {
  readonly settleMs?: number;
  readonly fullEveryMs?: number;
  readonly pollMs?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly pass?: Partial<PassOptions>;
  readonly stage?: MemoryDestinationOptions;
  /** Laid over the source, for troubles. */
  readonly source?: (source: MemorySource) => Partial<Source>;
}

export async function watchedPair(options: WatchedPairOptions = {}): Promise<WatchedPair> {
  const clock = createManualClock(1);
  const memory = createMemorySource({ now: () => clock.now() });
  // written long before the watch begins
  for (const [path, content] of Object.entries(options.files ?? {}))
    memory.write(path, content, { modifiedMs: clock.now() - 3_600_000 });
  const stage = createMemoryDestination({ now: () => clock.now(), ...options.stage });
  let give: (hint: ChangeHint) => void = () => undefined;
  const source: Source = {
    ...memory,
    watch: (onHint) => {
      give = onHint;
      return Promise.resolve({ mode: 'memory', watches: 1, close: async () => undefined });
    },
    ...options.source?.(memory),
  };
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-watch-'));
  const ledger = openLedger({
    folder,
    source: source.label,
    destination: stage.label,
    command: 'test',
    pid: 1,
  });
  const draining = new AbortController();
  const { signal } = new AbortController();
  const events: WatchEvent[] = [];
  let looked: (readonly string[] | 'everything')[] = [];
  const filter = createFilter({ rules: [] });
  const loop = new WatchLoop({
    source,
    filter,
    clock,
    settleMs: options.settleMs ?? 1000,
    fullEveryMs: options.fullEveryMs ?? 3_600_000,
    pollMs: options.pollMs,
    isRecorded: (entry) => ledger.get(entry.path)?.version === entry.version,
    draining: draining.signal,
    signal,
    onEvent: (event) => events.push(event),
    pass: (request) => {
      looked.push(request.scope === undefined ? 'everything' : request.scope.toSorted());
      return runPass({
        destination: stage,
        ledger,
        filter,
        ...PASS_DEFAULTS,
        removal: 'ours',
        concurrency: 4,
        attempts: 1,
        clock,
        draining: draining.signal,
        signal,
        ...options.pass,
        ...request,
      });
    },
  });
  const running = loop.run();
  const drain = async (): Promise<void> => {
    draining.abort(new Error('the test ends'));
    await running;
  };
  onTestFinished(async () => {
    await drain();
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await clock.pass(0);
  return {
    clock,
    source: memory,
    stage,
    loop,
    events,
    hint: (hint) => give('folders' in hint || 'everything' in hint ? hint : { folders: hint }),
    passes() {
      const passes = looked;
      looked = [];
      return passes;
    },
    states: () => events.flatMap((event) => (event.type === 'state' ? [event.state] : [])),
    drain,
  };
}

/** The actions that passes did, as 'upload a'. */
export const done = (events: readonly WatchEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'sync' ? doneIn(event.event) : []));

const doneIn = (event: SyncEvent): string[] =>
  event.type === 'action' && event.outcome === 'done'
    ? [`${event.kind} ${event.path}${event.to === undefined ? '' : ` -> ${event.to}`}`]
    : [];

export const reportsOf = (events: readonly WatchEvent[]): PassSummary[] =>
  events.flatMap((event) => (event.type === 'pass' ? [event] : []));
