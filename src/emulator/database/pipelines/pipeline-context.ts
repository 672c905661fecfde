import type { DatabaseBehaviour } from '../../control/database-behaviour.ts';
import type { Connection } from '../catalog/connection.ts';
import type { StageFiles } from '../reading/stage-files.ts';
import type { TableStore } from '../tables/table-store.ts';
import type { BatchLog } from './batch-log.ts';
import type { Pipeline, PipelineStore } from './pipeline-store.ts';

/** What pipelines of one group work with. */
export interface PipelineContext {
  readonly connection: Connection;
  readonly tables: TableStore;
  readonly pipelines: PipelineStore;
  readonly log: BatchLog;
  readonly stage: StageFiles;
  readonly behaviour: () => DatabaseBehaviour;
  /** Milliseconds since 1970, by the clock of the management plane. */
  readonly now: () => number;
  readonly nowText: () => string;
  /** Whether there is a workspace that computes. */
  readonly isActive: () => boolean;
  /** Pipelines that a START … FOREGROUND runs now. */
  readonly inForeground: Set<number>;
  /** Aborts when the emulator closes. */
  readonly signal: AbortSignal;
  readonly maxRetries: (pipeline: Pipeline) => number;
  readonly stopsOnError: (pipeline: Pipeline) => boolean;
}
