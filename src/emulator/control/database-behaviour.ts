/** The switches of the embedded database. Times are the machine's milliseconds. */
export interface DatabaseBehaviour {
  /** From the opening of a batch's files until they are loaded: at least so long. */
  readonly batchMs: number;
  /** Of each file the first so many batches fail. */
  readonly batchFailures: number;
  /** How long a pipeline waits before it repeats a batch that failed; twice as long each time. */
  readonly batchRetryMs: number;
  /** A running pipeline is in the state Error after so many batches; null: it is not. */
  readonly pipelineStopsAfter: number | null;
  /** `pipelines_max_retries_per_batch_partition` of the engine. */
  readonly batchRetries: number;
  /** `pipelines_stop_on_error` of the engine, for pipelines that do not say it. */
  readonly stopOnError: boolean;
  /** The views of pipelines show what was so long ago. */
  readonly viewsLagMs: number;
  /** A START PIPELINE … FOREGROUND that takes longer is answered 504, and goes on; null: none is. */
  readonly foregroundTimeoutMs: number | null;
  /** How FILE_NAME is spelled. */
  readonly fileNames: 'plain' | 'leading_slash';
  /** ALTER PIPELINE … DROP FILE while a batch has the file: waits for the batch, or the batch's end undoes it. */
  readonly dropFileInBatch: 'waits' | 'undone';
  /** ALTER PIPELINE … DROP FILE of a file that the pipeline does not know. */
  readonly dropUnknownFile: 'accept' | 'error';
}

export const DEFAULT_DATABASE_BEHAVIOUR: DatabaseBehaviour = Object.freeze({
  batchMs: 0,
  batchFailures: 0,
  batchRetryMs: 20,
  pipelineStopsAfter: null,
  batchRetries: 4,
  stopOnError: false,
  viewsLagMs: 0,
  foregroundTimeoutMs: null,
  fileNames: 'plain',
  dropFileInBatch: 'waits',
  dropUnknownFile: 'accept',
});
