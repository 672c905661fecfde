import type { RelPath } from '../../model/path.ts';
import type { PipelineFile, PipelineInfo } from '../../model/pipelines.ts';
import type { Clock } from '../../model/ports.ts';
import { judge, readerAfter } from './judge.ts';
import type { LoadVerdict } from './judge.ts';
import type { LoadRow, Reader, Readers } from './load-row.ts';
import { VIEWS_LAG_MS } from './load-options.ts';
import type { LoadOptions } from './load-options.ts';
import { mayRead } from './pipeline-pattern.ts';
import type { Reload } from './reloads.ts';

/** For how long what is known of the pipelines themselves holds, in milliseconds. */
const INFOS_MS = 10_000;

/** What all pipelines together show of one file. */
export interface Judged {
  readonly row: LoadRow;
  readonly files: readonly PipelineFile[];
  readonly readers: Readers;
  /** One for each pipeline that reads the file; none where no pipeline does. */
  readonly verdicts: readonly LoadVerdict[];
  readonly reloads: readonly Reload[];
}

export interface FileJudgeParts {
  readonly load: Pick<LoadOptions, 'pipelines' | 'viewsLagMs'>;
  readonly clock: Clock;
  /** Full path of the target folder. */
  readonly root: RelPath;
  readonly signal: AbortSignal;
}

/** Asks the pipelines what they have read, page by page, and judges it. */
export class FileJudge {
  readonly #parts: FileJudgeParts;
  #infos: { readonly atMs: number; readonly infos: readonly PipelineInfo[] } | undefined;

  constructor(parts: FileJudgeParts) {
    this.#parts = parts;
  }

  /** Asked for now and then: a look at files is to cost few queries. */
  async pipelines(): Promise<readonly PipelineInfo[]> {
    const { clock, load, signal } = this.#parts;
    if (this.#infos === undefined || clock.elapsed() - this.#infos.atMs >= INFOS_MS) {
      const infos = await load.pipelines.pipelines({ signal });
      this.#infos = { atMs: clock.elapsed(), infos };
    }
    return this.#infos.infos;
  }

  /** The pipelines that may read a file of this name, a full path, as they were last seen. */
  readersOf(name: RelPath): readonly PipelineInfo[] {
    return this.#infos?.infos.filter((info) => mayRead(info, name)) ?? [];
  }

  async page(rows: readonly LoadRow[], infos: readonly PipelineInfo[]): Promise<readonly Judged[]> {
    const { load, signal, root } = this.#parts;
    if (rows.length === 0) return [];
    const states = await load.pipelines.states(
      rows.map(({ name }) => root + name),
      { signal },
    );
    return rows.map((row) => this.#judge(row, states.get(root + row.name) ?? [], infos));
  }

  #judge(row: LoadRow, files: readonly PipelineFile[], infos: readonly PipelineInfo[]): Judged {
    const { clock, load, root } = this.#parts;
    const times = { nowMs: clock.now(), lagMs: load.viewsLagMs ?? VIEWS_LAG_MS };
    const names = new Set([
      ...files.map(({ pipeline }) => pipeline),
      ...infos.filter((info) => mayRead(info, root + row.name)).map(({ pipeline }) => pipeline),
    ]);
    const readers: Record<string, Reader> = { ...row.readers };
    const verdicts: LoadVerdict[] = [];
    const found: { readonly file: PipelineFile; readonly isAgain: boolean }[] = [];
    for (const name of names) {
      const file = files.find(({ pipeline }) => pipeline === name);
      const reader = row.readers[name] ?? {};
      const verdict = judge(row, reader, file, times);
      verdicts.push(verdict);
      readers[name] = readerAfter(reader, file, verdict);
      if ((verdict === 'drop' || verdict === 'drop_again') && file !== undefined)
        found.push({ file, isAgain: verdict === 'drop_again' });
    }
    // where there is no pipeline at all, it waits for one that is still to be made, or is made anew just now
    if (names.size === 0 && infos.length === 0) verdicts.push('unread');
    const reloads = found.map(({ file, isAgain }) => ({
      row,
      readers,
      file,
      isAgain,
      info: infos.find(({ pipeline }) => pipeline === file.pipeline),
    }));
    return { row, files, readers, verdicts, reloads };
  }
}
