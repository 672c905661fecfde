import type { FileRow, FileState, LoadSums } from '../../../../load/loaded-files.ts';
import type { PipelineInfo } from '../../../../model/pipelines.ts';
import { printable } from '../../../../model/printable.ts';
import type { Context } from '../../../context.ts';
import { fileLines, pipelineLine, totalLines } from './load-status-text.ts';

/** What is printed, as lines for people or as JSON. */
export function loadStatusPrinter(
  { out, host }: Context,
  { json, state }: { readonly json?: true | undefined; readonly state?: FileState | undefined },
  { job, pipeline }: { readonly job: string | undefined; readonly pipeline: string | undefined },
) {
  const { stdout } = host;
  const nowMs = Date.now();
  const columns = (stdout as { readonly columns?: number }).columns;
  const width = stdout.isTTY === true ? (columns ?? 80) : undefined;
  const name = job === undefined ? {} : { job };
  const line = (value: object): void => out.line(JSON.stringify(value));
  const iso = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms).toISOString();
  if (json === true)
    return {
      pipelines: (all: readonly object[]): void => {
        for (const each of all) line({ kind: 'pipeline', ...name, ...each });
      },
      file: ({ sinceMs, error, ...row }: FileRow): void =>
        line({
          kind: 'file',
          ...name,
          ...row,
          since: iso(sinceMs),
          ...(error !== undefined && { error: { ...error, at: iso(error.atMs), atMs: undefined } }),
        }),
      total: ({ oldest, ...counts }: LoadSums['total']): void =>
        line({
          kind: 'total',
          ...name,
          ...counts,
          ...(oldest !== undefined && { oldest: { path: oldest.path, since: iso(oldest.sinceMs) } }),
        }),
    };
  return {
    pipelines: (all: readonly PipelineInfo[]): void => {
      if (job !== undefined) out.line(printable(job));
      for (const each of all) out.line(pipelineLine(each));
      if (all.length === 0) out.line('the database has no pipeline that reads a Stage');
    },
    file: (row: FileRow): void => {
      for (const each of fileLines(row, { nowMs, width, pipeline })) out.line(each);
    },
    total: (total: LoadSums['total']): void => {
      for (const each of totalLines(total, { nowMs, pipeline })) out.line(each);
      if (state !== undefined && total.files > 0) out.line(`shown: those that are ${state}`);
    },
  };
}
