import type { Row } from '../data-api/replies.ts';
import type { PipelineInfo } from '../model/pipelines.ts';
import { number, text } from './file-states.ts';

/** Pipelines of other sources have the word of theirs; what a Stage is called there is not documented. */
const OTHER_SOURCES: ReadonlySet<string> = new Set([
  'AZURE',
  'AZURE BLOB',
  'FS',
  'GCS',
  'HDFS',
  'KAFKA',
  'LINK',
  'MONGODB',
  'MYSQL',
  'S3',
]);

/** A pipeline as the view has it, before its table is looked at. */
export type FoundPipeline = Omit<PipelineInfo, 'hasUniqueKey'>;

/** The pipelines of the view that may read a Stage. */
export function foundPipelines(rows: readonly Row[]): FoundPipeline[] {
  return rows.flatMap((row) => {
    const config = configOf(row['CONFIG_JSON']);
    const { source_type: source, table, connection_string: files } = config;
    if (typeof source === 'string' && OTHER_SOURCES.has(source.toUpperCase())) return [];
    return [
      {
        pipeline: text(row['PIPELINE_NAME']) ?? '',
        state: stateOf(text(row['STATE'])),
        table: typeof table === 'string' && table !== '' ? table : undefined,
        files: typeof files === 'string' && files !== '' ? files : undefined,
      },
    ];
  });
}

function configOf(value: Row[string] | undefined): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  try {
    const read: unknown = JSON.parse(text(value) ?? '');
    return typeof read === 'object' && read !== null ? (read as Readonly<Record<string, unknown>>) : {};
  } catch {
    // the vendor's own examples have quotes that are not escaped
    return {};
  }
}

function stateOf(word: string | undefined): PipelineInfo['state'] {
  const state = word?.toLowerCase() ?? '';
  if (state === 'error') return 'error';
  // 'Running...Foreground', 'Testing' and 'Profiling' read files too
  return state.startsWith('running') ? 'running' : 'stopped';
}

/** The tables that have a primary or a unique key, by what the view STATISTICS has of these tables. */
export const tablesWithKey = (rows: readonly Row[]): ReadonlySet<string> =>
  new Set(
    rows
      .filter((row) => number(row['NON_UNIQUE']) === 0)
      .map((row) => (text(row['TABLE_NAME']) ?? '').toLowerCase()),
  );
