import { LEAF } from '../pipelines/batch-log.ts';

const [HOST = '', PORT = ''] = LEAF.split(':');

/** Columns of a pipeline that every view begins with. */
const PIPELINE = 'p.database AS DATABASE_NAME, p.name AS PIPELINE_NAME';
/** Where it ran: there is one leaf. */
const PLACE = `'${HOST}' AS HOST, ${PORT} AS PORT`;

/** The views of information_schema about pipelines, by name: the columns are those of the reference, as far as they are known here. */
export const PIPELINE_VIEWS: Readonly<Record<string, string>> = {
  PIPELINES: `
    SELECT ${PIPELINE}, p.id AS PIPELINE_ID,
      json_object(
        'name', p.name, 'source_type', 'STAGE', 'connection_string', p.load ->> '$.files',
        'config', NULL, 'credentials', NULL,
        'batch_interval', COALESCE(p.options ->> '$.batchInterval', 2500),
        'max_partitions_per_batch', p.options ->> '$.maxPartitionsPerBatch',
        'dup_key_policy', CASE p.load ->> '$.duplicates' WHEN 'replace' THEN 'replace' WHEN 'ignore' THEN 'ignore'
          WHEN 'skip' THEN 'skip' END,
        'table', p.load ->> '$.table.name', 'format', upper(p.load ->> '$.file.format'),
        'fields_terminated_by', p.load ->> '$.file.fieldsTerminatedBy',
        'fields_enclosed_by', p.load ->> '$.file.enclosedBy',
        'fields_escaped_by', p.load ->> '$.file.escapedBy',
        'lines_terminated_by', p.load ->> '$.file.linesTerminatedBy',
        'lines_starting_by', p.load ->> '$.file.linesStartingBy',
        'running', json(CASE p.state WHEN 'Running' THEN 'true' ELSE 'false' END)
      ) AS CONFIG_JSON,
      p.state AS STATE, p.skipped AS SKIPPED_BATCHES,
      time_text(p.created) AS CREATE_TIME, time_text(p.altered) AS ALTER_TIME
    FROM main.catalog_pipelines p`,
  PIPELINES_FILES: `
    SELECT ${PIPELINE}, 'STAGE' AS SOURCE_TYPE, file_name(f.name) AS FILE_NAME, f.size AS FILE_SIZE, f.state AS FILE_STATE
    FROM main.catalog_files f JOIN main.catalog_pipelines p ON p.id = f.pipeline`,
  PIPELINES_ERRORS: `
    SELECT ${PIPELINE}, e.at / 1000.0 AS ERROR_UNIX_TIMESTAMP, e.type AS ERROR_TYPE, e.code AS ERROR_CODE,
      e.message AS ERROR_MESSAGE, e.kind AS ERROR_KIND, NULL AS STD_ERROR,
      e.line AS LOAD_DATA_LINE, e.line_number AS LOAD_DATA_LINE_NUMBER,
      e.batch AS BATCH_ID, e.id AS ERROR_ID, file_name(e.file) AS BATCH_SOURCE_PARTITION_ID,
      NULL AS BATCH_EARLIEST_OFFSET, NULL AS BATCH_LATEST_OFFSET, ${PLACE}, e.partition AS PARTITION
    FROM main.catalog_errors e JOIN main.catalog_pipelines p ON p.id = e.pipeline`,
  PIPELINES_BATCHES: `
    SELECT ${PIPELINE}, b.id AS BATCH_ID, b.state AS BATCH_STATE, b.inserted + b.updated AS BATCH_ROWS_WRITTEN,
      (b.ended - b.started) / 1000.0 AS BATCH_TIME, b.started / 1000.0 AS BATCH_START_UNIX_TIMESTAMP,
      t.state AS BATCH_PARTITION_STATE, t.rows AS BATCH_PARTITION_PARSED_ROWS,
      file_name(t.file) AS BATCH_SOURCE_PARTITION_ID, 0 AS BATCH_EARLIEST_OFFSET, 1 AS BATCH_LATEST_OFFSET,
      (b.ended - b.started) / 1000.0 AS BATCH_PARTITION_TIME, t.size AS BATCH_PARTITION_EXTRACTED_BYTES,
      NULL AS BATCH_PARTITION_TRANSFORMED_BYTES, 0 AS BATCH_PARTITION_EXTRACTOR_WAIT_TIME,
      0 AS BATCH_PARTITION_TRANSFORM_WAIT_TIME, ${PLACE}, t.partition AS PARTITION
    FROM main.catalog_batches b JOIN main.catalog_pipelines p ON p.id = b.pipeline
      JOIN main.catalog_partitions t ON t.batch = b.id`,
  PIPELINES_BATCHES_SUMMARY: `
    SELECT ${PIPELINE}, b.id AS BATCH_ID, b.state AS BATCH_STATE,
      b.inserted AS ROWS_INSERTED, b.updated AS ROWS_UPDATED, 0 AS ROWS_DELETED,
      (b.inserted + b.updated) * 1000.0 / MAX(1, b.ended - b.started) AS ROWS_PER_SEC,
      b.bytes / 1000.0 / MAX(1, b.ended - b.started) AS MB_PER_SEC,
      (b.ended - b.started) / 1000.0 AS BATCH_TIME, time_text(b.started) AS START_TIME,
      b.inserted + b.updated AS ROWS_STREAMED, b.bytes / 1e6 AS MB_STREAMED,
      (SELECT COUNT(*) FROM main.catalog_partitions t WHERE t.batch = b.id) AS NUM_PARTITIONS,
      (SELECT COUNT(*) FROM main.catalog_partitions t WHERE t.batch = b.id AND t.state <> 'In Progress')
        AS NUM_PARTITIONS_FINISHED
    FROM main.catalog_batches b JOIN main.catalog_pipelines p ON p.id = b.pipeline`,
  PIPELINES_OFFSETS: `
    SELECT ${PIPELINE}, file_name(f.name) AS SOURCE_PARTITION_ID, 0 AS EARLIEST_OFFSET, 1 AS LATEST_OFFSET,
      CASE f.state WHEN 'Unloaded' THEN NULL ELSE 1 END AS LATEST_LOADED_OFFSET
    FROM main.catalog_files f JOIN main.catalog_pipelines p ON p.id = f.pipeline`,
  PIPELINES_CURSORS: `
    SELECT ${PIPELINE}, 'STAGE' AS SOURCE_TYPE, file_name(f.name) AS SOURCE_PARTITION_ID,
      0 AS EARLIEST_OFFSET, 1 AS LATEST_OFFSET, CASE f.state WHEN 'Unloaded' THEN NULL ELSE 1 END AS LATEST_LOADED_OFFSET,
      CASE f.state WHEN 'Loaded' THEN 1 END AS SUCCESSFUL_CURSOR_OFFSET, json_object('size', f.size) AS EXTRA_FIELDS
    FROM main.catalog_files f JOIN main.catalog_pipelines p ON p.id = f.pipeline`,
};
