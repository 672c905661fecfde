import { identifier, textLiteral } from '../../../src/data-api/sql-text.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { RelPath } from '../../../src/model/path.ts';
import type { LoadState, PipelineFile, PipelineInfo, Pipelines } from '../../../src/model/pipelines.ts';
import type { CallOptions } from '../../../src/model/ports.ts';

export interface MemoryPipelineOptions {
  readonly name?: string;
  readonly table?: string;
  /** What the file at a full path has in it now; undefined: there is none. */
  readonly read: (path: RelPath) => string | undefined;
  /** All full paths that there are now. */
  readonly paths: () => Iterable<RelPath>;
  readonly now: () => number;
  /** Whether the table has a key. Default: true. */
  readonly hasUniqueKey?: boolean | undefined;
  /** Views tell of what happened so many milliseconds ago. Default: 0. */
  readonly lagMs?: number;
  /** The one pipeline that is asked for. Default: all there are, which is one. */
  readonly named?: string;
  /** False: the database does not tell by which batch a file was read. */
  readonly tellsBatches?: boolean;
  readonly files?: string | undefined;
  /** What a row is told by where the table has a key. Default: the name that it was read under. */
  readonly keyOf?: (path: RelPath, content: string) => string;
  /** A file that the pipeline gives up. */
  readonly skips?: (content: string) => boolean;
  /** Called before each call; what it throws is the call's answer, and nothing is done. */
  readonly before?: (call: 'states' | 'pipelines' | 'dropFile') => void;
  /** Called after a statement was carried out; what it throws is a lost reply. */
  readonly after?: (call: 'dropFile') => void;
}

interface Known {
  state: LoadState;
  size: number;
  lastBatch: number | undefined;
  underWay: boolean;
}

/** One reading of a file. */
export interface Reading {
  readonly path: RelPath;
  readonly content: string;
  readonly batch: number;
  readonly atMs: number;
}

/** A pipeline in memory: it reads each name once, in batches that can be held open, into a table of rows. */
export interface MemoryPipelines extends Pipelines {
  /** Takes all names that it has not read, or the first so many, and reads them as they are now. */
  beginBatch(batch?: { readonly mostFiles: number }): void;
  /** What was read comes into the table. */
  endBatch(): void;
  /** One whole batch. */
  batch(): void;
  readonly readings: Reading[];
  /** Rows of the table: the content, by the name it was read under; one for each reading where there is no key. */
  readonly rows: { readonly path: RelPath; readonly content: string }[];
  readonly dropped: RelPath[];
  readonly calls: string[];
}

export function createMemoryPipelines(options: MemoryPipelineOptions): MemoryPipelines {
  const { name = 'orders', table = 'orders', now, read, lagMs = 0, tellsBatches = true } = options;
  const known = new Map<RelPath, Known>();
  /** What the views showed, and until when. */
  const past: { readonly untilMs: number; readonly known: ReadonlyMap<RelPath, Known> }[] = [];
  const readings: Reading[] = [];
  const rows: { readonly path: RelPath; readonly content: string }[] = [];
  const dropped: RelPath[] = [];
  const calls: string[] = [];
  let batches = 0;
  let open: { readonly path: RelPath; readonly content: string }[] | undefined;

  const change = (work: () => void): void => {
    const copy = new Map(Array.from(known, ([path, each]) => [path, { ...each }]));
    if (lagMs > 0) past.push({ untilMs: now(), known: copy });
    work();
  };
  /** The views as they were `lagMs` ago. */
  const shown = (): ReadonlyMap<RelPath, Known> => {
    const at = now() - lagMs;
    while (past.length > 0 && past[0]!.untilMs <= at) past.shift();
    return past[0]?.known ?? known;
  };

  function begin({ mostFiles } = { mostFiles: Infinity }): void {
    if (open !== undefined) return;
    const found: { readonly path: RelPath; readonly content: string }[] = [];
    change(() => {
      batches++;
      for (const path of options.paths()) {
        const state = known.get(path)?.state ?? 'unloaded';
        const content = read(path);
        if (state !== 'unloaded' || content === undefined) continue;
        const underWay = found.length < mostFiles;
        if (underWay) found.push({ path, content });
        known.set(path, {
          state: 'unloaded',
          size: Buffer.byteLength(content),
          lastBatch: underWay ? batches : known.get(path)?.lastBatch,
          underWay,
        });
      }
    });
    open = found;
  }

  function end(): void {
    const found = open ?? [];
    open = undefined;
    change(() => {
      for (const { path, content } of found) {
        const isSkipped = options.skips?.(content) === true;
        const file = known.get(path);
        // dropped meanwhile: it is read again with the next batch
        if (file?.underWay !== true) continue;
        file.underWay = false;
        file.state = isSkipped ? 'skipped' : 'loaded';
        readings.push({ path, content, batch: file.lastBatch!, atMs: now() });
        if (isSkipped) continue;
        const { keyOf = (name: RelPath) => name } = options;
        const at = rows.findIndex((row) => keyOf(row.path, row.content) === keyOf(path, content));
        if (options.hasUniqueKey !== false && at !== -1) rows.splice(at, 1);
        rows.push({ path, content });
      }
    });
  }

  const answer = async <T>(call: string, { signal }: CallOptions, work: () => T): Promise<T> => {
    signal.throwIfAborted();
    calls.push(call);
    options.before?.(call as 'states');
    const result = work();
    if (call === 'dropFile') options.after?.('dropFile');
    return result;
  };

  const missing = (
    pipeline: string,
    code: 'database_missing' | 'database_rejected' = 'database_missing',
  ): SyncError =>
    new SyncError(code, `there is no pipeline ${pipeline}; there is: ${name}`, {
      verdict: 'skip_entry',
      fact: 'missing',
    });

  const infos = (): readonly PipelineInfo[] => {
    const { named = name, hasUniqueKey = true, files } = options;
    if (named !== name) throw missing(named);
    return [{ pipeline: name, state: 'running', table, hasUniqueKey, files }];
  };

  return {
    label: `${name} in memory`,
    readings,
    rows,
    dropped,
    calls,
    beginBatch: begin,
    endBatch: end,
    batch() {
      begin();
      end();
    },
    states: (paths, call) =>
      answer('states', call, () => {
        const view = shown();
        const found = new Map<RelPath, readonly PipelineFile[]>();
        for (const path of paths) {
          const file = view.get(path);
          if (file === undefined) continue;
          const { state, size, lastBatch, underWay } = file;
          const error =
            state === 'skipped'
              ? { code: 1264, message: 'bad line', line: 1, column: undefined, text: undefined, atMs: now() }
              : undefined;
          found.set(path, [
            { pipeline: name, state, size, lastBatch: tellsBatches ? lastBatch : undefined, underWay, error },
          ]);
        }
        return found;
      }),
    pipelines: (call) => answer('pipelines', call, infos),
    dropFile: (pipeline, path, call) =>
      answer('dropFile', call, () => {
        if (pipeline !== name) throw missing(pipeline, 'database_rejected');
        change(() => {
          const file = known.get(path);
          if (file !== undefined) known.set(path, { ...file, state: 'unloaded', underWay: false });
          dropped.push(path);
        });
      }),
    dropStatement: (pipeline, path) =>
      `ALTER PIPELINE ${identifier(pipeline)} DROP FILE ${textLiteral(path)}`,
    close: () => Promise.resolve(),
  };
}
