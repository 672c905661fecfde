/**
 * What is kept beside the rows of the tables, which are in tables named `database.table`. Times are milliseconds since 1970,
 * by the clock of the management plane. States are the words of the views.
 */
export const CATALOG = `
  CREATE TABLE IF NOT EXISTS catalog_tables (
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    json TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (database, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS catalog_pipelines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    database TEXT NOT NULL,
    name TEXT NOT NULL,
    sql TEXT NOT NULL,
    load TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL,
    created INTEGER NOT NULL,
    altered INTEGER NOT NULL,
    skipped INTEGER NOT NULL DEFAULT 0,
    UNIQUE (database, name)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS catalog_files (
    pipeline INTEGER NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (pipeline, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS catalog_files_by_state ON catalog_files (pipeline, state, name);
  CREATE TABLE IF NOT EXISTS catalog_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pipeline INTEGER NOT NULL,
    state TEXT NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER,
    inserted INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS catalog_batches_by_pipeline ON catalog_batches (pipeline, state);
  CREATE TABLE IF NOT EXISTS catalog_partitions (
    batch INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    file TEXT NOT NULL,
    state TEXT NOT NULL,
    size INTEGER NOT NULL,
    rows INTEGER,
    PRIMARY KEY (batch, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS catalog_partitions_by_file ON catalog_partitions (file);
  CREATE TABLE IF NOT EXISTS catalog_errors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    pipeline INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    code INTEGER NOT NULL,
    message TEXT NOT NULL,
    kind TEXT NOT NULL,
    line TEXT,
    line_number INTEGER,
    batch INTEGER,
    partition INTEGER,
    file TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS catalog_errors_by_pipeline ON catalog_errors (pipeline);
`;
