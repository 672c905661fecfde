import type { MemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { createMemorySource, type MemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { LoadOptions } from '../../../src/sync/load/load-options.ts';
import type { PassOptions, PassResult } from '../../../src/sync/pass-options.ts';
import { createEngine, createTestClock, type Engine } from '../engine/engine.ts';
import {
  createMemoryPipelines,
  type MemoryPipelineOptions,
  type MemoryPipelines,
} from './memory-pipelines.ts';

/** A source, a destination, and a pipeline that reads the destination; time stands still but for sleeps. */
export interface LoadWorld extends Disposable {
  readonly source: MemorySource;
  readonly destination: MemoryDestination;
  readonly pipelines: MemoryPipelines;
  readonly engine: Engine;
  readonly clock: ReturnType<typeof createTestClock>;
  pass(load?: Partial<LoadOptions>, overrides?: Partial<PassOptions>): Promise<PassResult>;
  /** Codes of the problems that were told, with their paths, since the last call. */
  problems(): string[];
}

export interface LoadWorldOptions {
  readonly pipeline?: Partial<MemoryPipelineOptions>;
  readonly destination?: Parameters<typeof createMemoryDestination>[0];
}

export function createLoadWorld({ pipeline, destination: given }: LoadWorldOptions = {}): LoadWorld {
  const clock = createTestClock();
  // each look at the clock takes a moment, so that times differ
  const now = (): number => (clock.at += 1);
  const source = createMemorySource({ now });
  const destination = createMemoryDestination({ root: 'in/', now, ...given });
  const pipelines = createMemoryPipelines({
    read: (path) => destination.text(path),
    paths: () => [...destination.files.keys()].filter((path) => !path.startsWith('.')),
    now: () => clock.at,
    ...pipeline,
  });
  const engine = createEngine(source, destination, clock);
  let told = 0;
  return {
    source,
    destination,
    pipelines,
    engine,
    clock,
    pass: (load = {}, overrides = {}) =>
      engine.pass({
        load: {
          pipelines,
          reload: 'drop-file',
          afterLoad: 'keep',
          maxUnloaded: undefined,
          patienceMs: 0,
          ...load,
        },
        ...overrides,
      }),
    problems() {
      const events = engine.events.slice(told);
      told = engine.events.length;
      return events.flatMap((event) => (event.type === 'problem' ? [`${event.code} ${event.path}`] : []));
    },
    [Symbol.dispose]: () => engine[Symbol.dispose](),
  };
}
