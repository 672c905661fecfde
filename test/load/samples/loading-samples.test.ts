import { expect, test } from 'vitest';
import { createPipelineSql } from '../../../src/load/inference/statements/create-pipeline.ts';
import { createTableSql } from '../../../src/load/inference/statements/create-table.ts';
import { tableKeys } from '../../../src/load/inference/statements/table-keys.ts';
import { inferTable } from '../../../src/load/samples/infer-table.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { SqlHttp } from '../../support/database/sql-http.ts';
import { memorySample, memorySamples } from '../../support/load/memory-sample.ts';
import { optionsOf, TABLE_SAMPLES, type TableSample } from '../../support/load/table-samples.ts';

const start = useEmulators();

/** What the database has after the statements for a sample were carried out: the number of rows, and the first of them. */
async function load(sql: SqlHttp, sample: TableSample, n: number) {
  const [table, files] = [`sample_${n}`, `samples/${sample.file}`];
  const file = memorySample(sample.file, sample.bytes);
  const inferred = (await inferTable(memorySamples(file), optionsOf(sample)))!;
  const keys = tableKeys(inferred.columns, []);
  await sql.exec(createTableSql(inferred, { table, keys, rowstore: false }, { comments: true }));
  await sql.exec(createPipelineSql(inferred, { table, pipeline: table, files }));
  await sql.stage.put(files, new Uint8Array(sample.bytes));
  await sql.exec(`START PIPELINE ${table} FOREGROUND`);
  // as text: numbers beyond 2^53 are rounded in JSON
  const texts = inferred.columns.map(({ name, type }) =>
    type.startsWith('BIGINT') ? `CAST(\`${name}\` AS CHAR) AS \`${name}\`` : `\`${name}\``,
  );
  const rows = await sql.rows(`SELECT ${texts.join(', ')} FROM ${table}`);
  const errors = await sql.rows('SELECT ERROR_MESSAGE FROM information_schema.PIPELINES_ERRORS');
  return { rows, errors };
}

const asText = (value: unknown): string | null =>
  value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);

test('every row of every sample is loaded by the pipeline that is made for it', async () => {
  const sql = new SqlHttp(await start());
  await sql.stage.makeFolder('samples/');
  for (const [n, sample] of TABLE_SAMPLES.entries()) {
    const { rows, errors } = await load(sql, sample, n);
    expect({ file: sample.file, rows: rows.length, errors }).toEqual({
      file: sample.file,
      rows: sample.rows,
      errors: [],
    });
    const { firstRow = {} } = sample;
    const found = Object.keys(firstRow).map((name) => [name, asText(rows[0]?.[name])]);
    expect(Object.fromEntries(found)).toEqual(firstRow);
  }
});
