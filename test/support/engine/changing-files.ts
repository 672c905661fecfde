import {
  createMemoryDestination,
  type MemoryCall,
  type MemoryDestinationOptions,
} from '../../../src/destinations/memory/memory-destination.ts';
import { changeFiles, type FileParts, type FilesResult } from '../../../src/files/file-changes.ts';
import type { FileEvent } from '../../../src/files/file-events.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { createTestClock } from './engine.ts';

/** When files of these tests were put there, in milliseconds since 1970. */
const PUT_AT = 1_690_000_000_000;

export interface ChangingOptions extends MemoryDestinationOptions {
  readonly dryRun?: boolean;
  readonly attempts?: number;
}

/** A destination in memory whose files are changed, and what happens to it told call by call. */
export function changingFiles(tree: Readonly<Record<string, string>>, options: ChangingOptions = {}) {
  const hooks: { before?: (call: MemoryCall) => void; after?: (call: MemoryCall) => void } = {};
  const stage = createMemoryDestination({
    before: (call) => hooks.before?.(call),
    after: (call) => hooks.after?.(call),
    ...options,
  });
  for (const [path, content] of Object.entries(tree))
    if (path.endsWith('/')) stage.folders.add(path);
    else stage.place(path, content, PUT_AT);
  const nick = (path: string): string => path.replace(/\.stagesync-[0-9a-z]+-[0-9a-f]{12}/, '~');
  const clock = createTestClock();
  const draining = new AbortController();
  const stopped = new AbortController();
  const events: FileEvent[] = [];
  return {
    stage,
    hooks,
    clock,
    draining,
    stopped,
    events,
    run: (work: (parts: FileParts) => Promise<void>): Promise<FilesResult> =>
      changeFiles(
        {
          destination: stage,
          gate: new Gate(clock),
          clock,
          concurrency: 4,
          attempts: options.attempts ?? 1,
          maxRequestsPerSecond: undefined,
          maxWaitMs: 3_600_000,
          draining: draining.signal,
          signal: stopped.signal,
          dryRun: options.dryRun ?? false,
          onEvent: (event) => events.push(event),
        },
        work,
      ),
    /** Requests since the last call of this, hidden names as `~-1-gone-x/`. */
    did: (): string[] =>
      stage.calls
        .splice(0)
        .map(({ kind, path, to }) => `${kind} ${nick(path)}${to === undefined ? '' : ` > ${nick(to)}`}`),
    /** Everything there; hidden names as in `did`. */
    there: (): Record<string, string> =>
      Object.fromEntries([
        ...[...stage.folders].map((path) => [nick(path), '']),
        ...[...stage.files].map(([path, { bytes }]) => [nick(path), Buffer.from(bytes).toString()]),
      ]) as Record<string, string>,
    /** What was told, without the report. */
    told: (): string[] =>
      events.flatMap((event) => {
        if (
          event.type === 'report' ||
          event.type === 'retry' ||
          event.type === 'throttled' ||
          event.type === 'budget'
        )
          return [];
        if (event.type === 'problem') return [`${event.severity} ${event.path} ${event.code}`];
        const to = event.to === undefined ? '' : ` > ${event.to}`;
        return [`${event.type} ${event.kind} ${event.path}${to}`];
      }),
  };
}
