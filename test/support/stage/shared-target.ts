import type { RequestKind } from '../../../src/emulator/control/counters.ts';
import type { RequestHook } from '../../../src/emulator/request-info.ts';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { Behaviour } from '../../../src/emulator/control/behaviour.ts';
import type { Emulator } from '../../../src/emulator/options.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { PlanLine } from '../../../src/model/plan.ts';
import type { PathFilter } from '../../../src/model/ports.ts';
import { createMemorySource, type MemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createStageClient } from '../../../src/stage/stage-client.ts';
import { createStageDestination } from '../../../src/destinations/stage/stage-destination.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { createEngine } from '../engine/engine.ts';
import { createStageClock } from './stage-clock.ts';
import { StageHttp } from './stage-http.ts';

/** What a pass did, with what it told. */
export interface Outcome {
  readonly outcome: string;
  /** 'failure code path', 'warning code path', in the order they were told. */
  readonly problems: readonly string[];
  /** 'upload a.csv', 'move a -> b', in path order; only those done. */
  readonly actions: readonly string[];
  readonly events: readonly SyncEvent[];
  readonly report: Extract<SyncEvent, { type: 'report' }>;
  readonly error: string | undefined;
}

/** The ways in which one and the same change can come to a Stage. */
export interface Mode extends Partial<PassOptions> {
  /** A plan is made first and then applied; or the folders of the source are named, as a watch does. */
  readonly by?: 'plan' | 'hints';
}

/** A target folder that others use too: a source in memory, passes of the engine, and plain HTTP beside it. */
export interface SharedTarget extends AsyncDisposable {
  readonly source: MemorySource;
  readonly emulator: Emulator;
  readonly http: StageHttp;
  onRequest: RequestHook | undefined;
  /** Writes files into the source. */
  ours(...paths: readonly string[]): void;
  /** Somebody else puts a file below DEST, with the folders on the way; a path that ends in '/' is a folder. */
  theirs(path: string, content?: string): Promise<void>;
  /** Somebody else removes a file or folder below DEST. */
  gone(path: string): Promise<void>;
  /** Every path below DEST, in order. */
  names(): Promise<string[]>;
  /** Every file below DEST with its content. */
  contents(): Promise<Record<string, string>>;
  /** What lies anywhere on the Stage under a name that only a stagesync gives. */
  hidden(): Promise<string[]>;
  run(mode?: Mode): Promise<Outcome>;
}

export interface SharedTargetOptions {
  /** Of DEST on the Stage. */
  readonly root?: string;
  readonly behaviour?: Partial<Behaviour>;
  readonly filter?: PathFilter;
}

/** The filter of `--exclude` with each pattern; one that begins with '!' is an `--include`. */
export const excluding = (...patterns: readonly string[]): PathFilter =>
  createFilter({
    rules: patterns.map((pattern) =>
      pattern.startsWith('!') ? { kind: 'include', pattern: pattern.slice(1) } : { kind: 'exclude', pattern },
    ),
  });

/** Every way in which a removal can come to a Stage. */
export const REMOVING: Readonly<Record<string, Mode>> = {
  '--delete': { removal: 'ours' },
  '--mirror': { removal: 'everything' },
  '--delete --no-moves': { removal: 'ours', moves: false },
  '--delete --atomic': { removal: 'ours', atomic: true },
  '--mirror --atomic --publish-set': { removal: 'everything', atomic: true, publishSet: true },
  '--delete --trust-ledger': { removal: 'ours', trustLedger: true },
  '--mirror --trust-ledger': { removal: 'everything', trustLedger: true },
  '--delete, planned and applied': { removal: 'ours', by: 'plan' },
  '--mirror, planned and applied': { removal: 'everything', by: 'plan' },
  '--delete, by the hints of a watch': { removal: 'ours', by: 'hints' },
  '--mirror, by the hints of a watch': { removal: 'everything', by: 'hints' },
};

export async function sharedTarget(options: SharedTargetOptions = {}): Promise<SharedTarget> {
  const { root = 'target/', behaviour = {}, filter = createFilter({ rules: [] }) } = options;
  const target: { onRequest: RequestHook | undefined } = { onRequest: undefined };
  const emulator = await startEmulator({
    behaviour,
    onRequest: (phase, info) => target.onRequest?.(phase, info),
  });
  const deployment = emulator.deployments[0]!.id;
  const client = await createStageClient({ baseUrl: emulator.url, token: emulator.token, deployment });
  const destination = createStageDestination({ client, root });
  const http = new StageHttp(emulator);
  const source = createMemorySource();
  const engine = createEngine(source, destination, createStageClock());

  const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
  async function below(folder: string): Promise<string[]> {
    const found: string[] = [];
    for (const name of (await http.names(encode(folder))).sort()) {
      found.push(folder + name);
      if (name.endsWith('/')) found.push(...(await below(folder + name)));
    }
    return found;
  }
  const names = async (): Promise<string[]> => {
    const there = await http.list(encode(root));
    return there.status === 200 ? (await below(root)).map((path) => path.slice(root.length)).sort() : [];
  };
  async function pass(overrides: Partial<PassOptions>): Promise<Outcome> {
    engine.events.length = 0;
    const { report, error } = await engine.pass({ filter, ...overrides });
    const events = [...engine.events];
    return {
      outcome: report.outcome,
      report,
      events,
      error: error?.code,
      problems: events.flatMap((event) =>
        event.type === 'problem'
          ? [`${event.severity} ${event.code} ${event.path}`]
          : event.type === 'action' && event.outcome === 'failed'
            ? [`failure ${event.error?.code} ${event.path}`]
            : [],
      ),
      actions: events
        .flatMap((event) =>
          event.type === 'action' && event.outcome === 'done'
            ? [`${event.kind} ${event.path}${event.to === undefined ? '' : ` -> ${event.to}`}`]
            : [],
        )
        .sort(),
    };
  }
  async function everyFolder(): Promise<string[]> {
    const folders = [''];
    const { signal } = new AbortController();
    for await (const batch of source.list({ filter, signal }))
      for (const { path } of batch) if (path.endsWith('/')) folders.push(path);
    return folders;
  }
  return {
    source,
    emulator,
    http,
    get onRequest() {
      return target.onRequest;
    },
    set onRequest(hook) {
      target.onRequest = hook;
    },
    ours(...paths) {
      for (const path of paths)
        if (path.endsWith('/')) source.makeFolder(path);
        else source.write(path, `ours: ${path}`);
    },
    async theirs(path, content = `theirs: ${path}`) {
      const full = root + path;
      for (let at = full.indexOf('/'); at !== -1; at = full.indexOf('/', at + 1))
        await http.makeFolder(encode(full.slice(0, at + 1)));
      if (path.endsWith('/')) return;
      let { status, text } = await http.put(encode(full), content);
      if (status === 409) {
        // this Stage does not replace files
        await http.send('DELETE', encode(full));
        ({ status, text } = await http.put(encode(full), content));
      }
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    },
    async gone(path) {
      await http.send('DELETE', encode(root + path));
    },
    names,
    async contents() {
      const found: Record<string, string> = {};
      for (const path of await names())
        if (!path.endsWith('/')) found[path] = (await http.download(encode(root + path))).text;
      return found;
    },
    async hidden() {
      return (await below('')).filter((path) => path.includes('.stagesync-'));
    },
    async run({ by, ...overrides } = {}) {
      if (by === 'hints') return pass({ ...overrides, scope: await everyFolder() });
      if (by !== 'plan') return pass(overrides);
      const planned = await pass({ ...overrides, dryRun: true });
      if (planned.error !== undefined) return planned;
      const approved = planned.events.flatMap((event): PlanLine[] =>
        event.type === 'planned' ? [event] : [],
      );
      return pass({ ...overrides, approved });
    },
    async [Symbol.asyncDispose]() {
      await destination.close();
      await emulator.close();
      engine[Symbol.dispose]();
    },
  };
}

/** When somebody else acts: at the `nth` request, in this phase, that fits. Paths are those on the Stage. */
export interface Moment {
  readonly phase: 'received' | 'committed' | 'replying';
  readonly kind: RequestKind;
  readonly path: string | RegExp;
  readonly nth?: number;
}

/** Lets somebody else act at a moment of the next run, which waits for it. `came` says whether there was such a moment. */
export function at(
  target: SharedTarget,
  moment: Moment,
  act: () => Promise<void>,
): { readonly came: boolean } {
  const state = { came: false };
  const { phase, kind, path, nth = 1 } = moment;
  let left = nth;
  target.onRequest = async (now, info) => {
    if (state.came || now !== phase || info.kind !== kind) return;
    if (typeof path === 'string' ? info.path !== path : !path.test(info.path)) return;
    if (--left > 0) return;
    state.came = true;
    target.onRequest = undefined;
    await act();
  };
  return state;
}
