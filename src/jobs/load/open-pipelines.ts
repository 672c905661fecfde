import { SqlPipelines } from '../../load/sql-pipelines.ts';
import type { Pipelines } from '../../model/pipelines.ts';
import type { LoadSettings } from '../job.ts';
import type { StageSurroundings } from '../surroundings.ts';
import type { ReachDatabaseOptions } from './database-ways.ts';
import { reachDatabase } from './reach-database.ts';

export interface OpenPipelinesOptions extends Omit<ReachDatabaseOptions, 'database'> {
  readonly load: Pick<LoadSettings, 'database' | 'pipeline'>;
}

/**
 * The pipelines that load a Stage. Nothing is sent before the first question: a database that is away keeps no file from its
 * Stage. Rejects as reachDatabase does.
 */
export function openPipelines(
  around: StageSurroundings,
  { load: { database: named, pipeline }, ...options }: OpenPipelinesOptions,
): Pipelines {
  const reachable = reachDatabase(around, { ...options, database: named });
  const { database } = reachable;
  return new SqlPipelines({
    label:
      pipeline === undefined ? `the pipelines of ${database}` : `the pipeline ${pipeline} of ${database}`,
    database,
    pipeline,
    open: () => reachable.open(),
    close: () => reachable.close(),
  });
}
