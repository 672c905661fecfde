/** Columns of a table that every view begins with. */
const TABLE = "'def' AS TABLE_CATALOG, t.database AS TABLE_SCHEMA, t.name AS TABLE_NAME";

const KEYS = `main.catalog_tables t, json_each(t.json, '$.uniqueKeys') k`;

/** The views of information_schema about databases, tables, columns and keys. */
export const TABLE_VIEWS: Readonly<Record<string, string>> = {
  SCHEMATA: `
    SELECT 'def' AS CATALOG_NAME, value AS SCHEMA_NAME, 'utf8mb4' AS DEFAULT_CHARACTER_SET_NAME,
      'utf8mb4_bin' AS DEFAULT_COLLATION_NAME
    FROM json_each(database_names())`,
  TABLES: `
    SELECT ${TABLE}, 'BASE TABLE' AS TABLE_TYPE,
      CASE t.json ->> '$.isRowstore' WHEN 1 THEN 'MemSQL' ELSE 'Columnstore' END AS ENGINE,
      CASE t.json ->> '$.isRowstore' WHEN 1 THEN 'INMEMORY_ROWSTORE' ELSE 'COLUMNSTORE' END AS STORAGE_TYPE,
      time_text(t.created) AS CREATE_TIME, t.json ->> '$.comment' AS TABLE_COMMENT
    FROM main.catalog_tables t`,
  COLUMNS: `
    SELECT ${TABLE}, c.value ->> '$.name' AS COLUMN_NAME, c.key + 1 AS ORDINAL_POSITION,
      c.value ->> '$.default.literal' AS COLUMN_DEFAULT,
      CASE c.value ->> '$.isNullable' WHEN 1 THEN 'YES' ELSE 'NO' END AS IS_NULLABLE,
      data_type(c.value ->> '$.type.name') AS DATA_TYPE,
      CASE c.value ->> '$.type.family' WHEN 'text' THEN c.value ->> '$.type.limit' END AS CHARACTER_MAXIMUM_LENGTH,
      c.value ->> '$.type.precision' AS NUMERIC_PRECISION, c.value ->> '$.type.scale' AS NUMERIC_SCALE,
      c.value ->> '$.type.digits' AS DATETIME_PRECISION, lower(c.value ->> '$.type.name') AS COLUMN_TYPE,
      CASE
        WHEN EXISTS (SELECT 1 FROM json_each(t.json, '$.uniqueKeys') k, json_each(k.value, '$.columns') n
          WHERE k.value ->> '$.name' = 'PRIMARY' AND lower(n.value) = lower(c.value ->> '$.name')) THEN 'PRI'
        WHEN EXISTS (SELECT 1 FROM json_each(t.json, '$.uniqueKeys') k
          WHERE lower(k.value ->> '$.columns[0]') = lower(c.value ->> '$.name')) THEN 'UNI'
        ELSE '' END AS COLUMN_KEY,
      CASE c.value ->> '$.isAutoIncrement' WHEN 1 THEN 'auto_increment' ELSE '' END AS EXTRA,
      c.value ->> '$.comment' AS COLUMN_COMMENT
    FROM main.catalog_tables t, json_each(t.json, '$.columns') c`,
  TABLE_CONSTRAINTS: `
    SELECT 'def' AS CONSTRAINT_CATALOG, t.database AS CONSTRAINT_SCHEMA, k.value ->> '$.name' AS CONSTRAINT_NAME,
      t.database AS TABLE_SCHEMA, t.name AS TABLE_NAME,
      CASE k.value ->> '$.name' WHEN 'PRIMARY' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END AS CONSTRAINT_TYPE
    FROM ${KEYS}`,
  KEY_COLUMN_USAGE: `
    SELECT 'def' AS CONSTRAINT_CATALOG, t.database AS CONSTRAINT_SCHEMA, k.value ->> '$.name' AS CONSTRAINT_NAME,
      t.database AS TABLE_SCHEMA, t.name AS TABLE_NAME, n.value AS COLUMN_NAME, n.key + 1 AS ORDINAL_POSITION
    FROM ${KEYS}, json_each(k.value, '$.columns') n`,
  STATISTICS: `
    SELECT ${TABLE}, 0 AS NON_UNIQUE, t.database AS INDEX_SCHEMA, k.value ->> '$.name' AS INDEX_NAME,
      n.key + 1 AS SEQ_IN_INDEX, n.value AS COLUMN_NAME, 'HASH' AS INDEX_TYPE
    FROM ${KEYS}, json_each(k.value, '$.columns') n
    UNION ALL
    SELECT ${TABLE}, 1, t.database, k.value ->> '$.name', n.key + 1, n.value,
      CASE k.value ->> '$.kind' WHEN 'SORT' THEN 'CLUSTERED COLUMNSTORE' WHEN 'SHARD' THEN 'SHARD' ELSE 'HASH' END
    FROM main.catalog_tables t, json_each(t.json, '$.otherKeys') k, json_each(k.value, '$.columns') n`,
};
