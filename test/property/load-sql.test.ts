import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CsvDialect } from '../../src/load/inference/csv/csv-reader.ts';
import { createPipelineSql } from '../../src/load/inference/statements/create-pipeline.ts';
import { createTableSql } from '../../src/load/inference/statements/create-table.ts';
import { inferTable } from '../../src/load/samples/infer-table.ts';
import { useEmulators } from '../support/cli/emulators.ts';
import { NIGHTLY } from '../support/cli/nightly.ts';
import { SqlHttp } from '../support/database/sql-http.ts';
import { memorySample, memorySamples } from '../support/load/memory-sample.ts';

const start = useEmulators();

/** A kind of column: its values as the file has them, and what the database then shows. */
interface Kind {
  readonly name: string;
  readonly value: fc.Arbitrary<string>;
  readonly shown: (text: string) => unknown;
}

const two = (n: number): string => String(n).padStart(2, '0');
const days = fc.record({
  y: fc.integer({ min: 1970, max: 2100 }),
  m: fc.integer({ min: 1, max: 12 }),
  d: fc.integer({ min: 13, max: 28 }),
});
const seconds = fc.integer({ min: 0, max: 86_399 });
const clock = (s: number): string =>
  [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map(two).join(':');

const KINDS: ReadonlyMap<string, Kind> = new Map(
  (
    [
      { name: 'qty', value: fc.integer({ min: -1e6, max: 1e6 }).map(String), shown: Number },
      {
        name: 'account_id',
        value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
        shown: String,
      },
      {
        name: 'price',
        value: fc.integer({ min: -1e9, max: 1e9 }).map((n) => (n / 100).toFixed(2)),
        shown: Number,
      },
      {
        name: 'ratio',
        value: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map(String),
        shown: Number,
      },
      {
        name: 'open',
        value: fc.constantFrom('true', 'false', 'TRUE', 'False'),
        shown: (text) => (/^t/i.test(text) ? 1 : 0),
      },
      { name: 'iso', value: days.map(({ y, m, d }) => `${y}-${two(m)}-${two(d)}`), shown: (text) => text },
      {
        name: 'european',
        value: days.map(({ y, m, d }) => `${two(d)}.${two(m)}.${y}`),
        shown: (text) => text.split('.').toReversed().join('-'),
      },
      {
        name: 'american',
        value: days.map(({ y, m, d }) => `${m}/${d}/${y}`),
        shown: (text) =>
          text.replace(
            /^(\d+)\/(\d+)\/(\d+)$/,
            (_, m: string, d: string, y: string) => `${y}-${m.padStart(2, '0')}-${d}`,
          ),
      },
      {
        name: 'moment',
        value: fc.tuple(days, seconds).map(([{ y, m, d }, s]) => `${y}-${two(m)}-${two(d)}T${clock(s)}Z`),
        shown: (text) => text.replace('T', ' ').replace('Z', '.000000'),
      },
      {
        name: 'zip',
        value: fc.integer({ min: 0, max: 99_999 }).map((n) => String(n).padStart(5, '0')),
        shown: (text) => text,
      },
      {
        name: 'comment',
        // ends in a letter, so that it is text and nothing else
        value: fc
          .oneof(
            fc.string({ unit: 'grapheme', maxLength: 30 }),
            fc.string({
              unit: fc.constantFrom('"', "'", ',', ';', '\t', '|', '\n', '\r\n', '\\', ' ', 'N', 'é', 'a'),
              maxLength: 20,
            }),
          )
          .map((text) => `${text.replaceAll('\0', '')}w`),
        shown: (text) => text,
      },
    ] satisfies readonly Kind[]
  ).map((kind) => [kind.name, kind] as const),
);

const kindOf = (name: string): Kind => KINDS.get(name)!;

interface Written {
  /** Names of kinds. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly dialect: CsvDialect;
  readonly lineEnd: '\n' | '\r\n';
  readonly hasHeader: boolean;
  readonly quotesAll: boolean;
}

const tables: fc.Arbitrary<Written> = fc
  .uniqueArray(fc.constantFrom(...KINDS.keys()), { minLength: 1, maxLength: 5 })
  .chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.tuple(...columns.map((name) => fc.option(kindOf(name).value, { freq: 6 }))), {
        minLength: 3,
        maxLength: 12,
      }),
      dialect: fc.record({
        delimiter: fc.constantFrom(',', ';', '\t', '|'),
        quote: fc.constant('"' as const),
        escape: fc.constant('' as const),
      }),
      lineEnd: fc.constantFrom('\n' as const, '\r\n' as const),
      hasHeader: fc.boolean(),
      quotesAll: fc.boolean(),
    }),
  );

function csvOf({ columns, rows, dialect: { delimiter }, lineEnd, hasHeader, quotesAll }: Written): string {
  const field = (text: string | null): string => {
    if (text === null) return '';
    const needs = quotesAll || text === '' || /["'\r\n\\]/.test(text) || text.includes(delimiter);
    return needs ? `"${text.replaceAll('"', '""')}"` : text;
  };
  // a row of one NULL would be a blank line
  const written = columns.length === 1 ? rows.filter(([only]) => only !== null) : rows;
  const header = hasHeader ? [columns.map(field)] : [];
  return [...header, ...written.map((row) => row.map(field))]
    .map((row) => row.join(delimiter) + lineEnd)
    .join('');
}

test(
  'what is written as CSV, in whatever dialect, is loaded as it was by what load sql makes of it',
  async () => {
    const sql = new SqlHttp(await start());
    await sql.stage.makeFolder('p/');
    let n = 0;
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        const name = `t${n++}`;
        const rows = table.columns.length === 1 ? table.rows.filter(([only]) => only !== null) : table.rows;
        fc.pre(rows.length > 1 && table.columns.every((_, at) => rows.some((row) => row[at] !== null)));
        const bytes = Buffer.from(csvOf(table));
        const inferred = (await inferTable(memorySamples(memorySample(`${name}.csv`, bytes, 50)), {
          sample: undefined,
          delimiter: table.columns.length === 1 ? table.dialect.delimiter : undefined,
          header: table.hasHeader ? undefined : false,
          nullWords: [],
          dateOrder: undefined,
        }))!;
        const keys = { unique: undefined, sort: undefined };
        await sql.exec(createTableSql(inferred, { table: name, keys, rowstore: false }, { comments: true }));
        const files = `p/${name}.csv`;
        await sql.stage.put(files, new Uint8Array(bytes));
        await sql.exec(createPipelineSql(inferred, { table: name, pipeline: name, files }));
        await sql.exec(`START PIPELINE ${name} FOREGROUND`);
        await sql.exec(`STOP PIPELINE IF RUNNING ${name}`);
        const shown = inferred.columns.map(({ name: column, type }) =>
          type.startsWith('BIGINT') ? `CAST(\`${column}\` AS CHAR) AS \`${column}\`` : `\`${column}\``,
        );
        const loaded = await sql.tuples(`SELECT ${shown.join(', ')} FROM ${name}`);
        const expected = rows.map((row) =>
          row.map((text, at) => (text === null ? null : kindOf(table.columns[at]!).shown(text))),
        );
        const like = (value: unknown, wanted: unknown): unknown => {
          if (value === null || value === undefined || typeof value === 'object') return value;
          return typeof wanted === 'number' ? Number(value) : `${value as string | number}`;
        };
        expect(loaded.map((row, r) => row.map((value, c) => like(value, expected[r]?.[c])))).toEqual(
          expected,
        );
      }),
      NIGHTLY ? { numRuns: 300 } : { numRuns: 12, seed: 17 },
    );
  },
  NIGHTLY ? 300_000 : 30_000,
);
