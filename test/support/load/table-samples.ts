import { gzipSync } from 'node:zlib';
import type { InferOptions } from '../../../src/load/samples/kind-reader.ts';
import { parquetFile } from './parquet-writer.ts';

/** A file as people have them, and what an engineer would make of it. */
export interface TableSample {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Flags of load sql that it needs. */
  readonly flags?: readonly string[];
  /** The columns, in their order: name and type; a type that ends in '!' is NOT NULL. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: number;
  /** What is in the table afterwards: cells of the first row, as text. */
  readonly firstRow?: Readonly<Record<string, string | null>>;
  /** A part of what is told. */
  readonly told?: string;
}

/** What the flags of a sample ask for. */
export function optionsOf({ flags = [] }: Pick<TableSample, 'flags'>): InferOptions {
  return {
    sample: undefined,
    delimiter: undefined,
    header: flags.includes('--header') ? true : undefined,
    nullWords: flags.flatMap((flag, at) => (flag === '--null' ? [flags[at + 1]!] : [])),
    dateOrder: flags.includes('--day-first') ? 'dmy' : flags.includes('--month-first') ? 'mdy' : undefined,
  };
}

const lines = (...rows: readonly string[]): Buffer => Buffer.from(`${rows.join('\n')}\n`);
const jsonLines = (...rows: readonly object[]): Buffer => lines(...rows.map((row) => JSON.stringify(row)));
const B = '\\';

export const TABLE_SAMPLES: readonly TableSample[] = [
  {
    file: 'quotes.csv',
    bytes: lines('id,comment', '1,"She said ""no"", twice"', '2,"two\nlines, one field"', '3,plain'),
    columns: { id: 'BIGINT!', comment: 'VARCHAR(32)!' },
    rows: 3,
    firstRow: { comment: 'She said "no", twice' },
  },
  {
    file: 'tabs.tsv',
    bytes: lines('sku\tqty\tprice', 'A-1\t3\t9.99', 'B-2\t12\t120.50'),
    columns: { sku: 'VARCHAR(16)!', qty: 'INT!', price: 'DECIMAL(18,2)!' },
    rows: 2,
    firstRow: { price: '9.99' },
  },
  {
    file: 'packed.csv.gz',
    bytes: gzipSync(lines('day,visits', '2026-01-01,1500', '2026-01-02,1700')),
    columns: { day: 'DATE!', visits: 'INT!' },
    rows: 2,
    firstRow: { day: '2026-01-01' },
  },
  {
    file: 'mark.csv',
    bytes: Buffer.concat([Buffer.from('\ufeff'), lines('id,name', '1,Zoë', '2,Łukasz')]),
    columns: { id: 'BIGINT!', name: 'VARCHAR(16)!' },
    rows: 2,
    firstRow: { id: '1', name: 'Zoë' },
  },
  {
    file: 'dates.csv',
    bytes: lines(
      'iso,european,american,named,moment',
      '2026-12-31,31/12/2026,12/31/2026,31-Dec-2026,2026-12-31T23:59:59.5Z',
      '2026-01-02,02/01/2026,01/02/2026,02-Jan-2026,2026-01-02T00:00:00Z',
    ),
    columns: { iso: 'DATE!', european: 'DATE!', american: 'DATE!', named: 'DATE!', moment: 'DATETIME(6)!' },
    rows: 2,
    firstRow: {
      iso: '2026-12-31',
      european: '2026-12-31',
      american: '2026-12-31',
      named: '2026-12-31',
      moment: '2026-12-31 23:59:59.500000',
    },
  },
  {
    file: 'ambiguous.csv',
    bytes: lines('id,due', '1,03/04/2026', '2,05/06/2026'),
    columns: { id: 'BIGINT!', due: 'VARCHAR(16)!' },
    rows: 2,
    told: 'say --day-first or --month-first',
  },
  {
    file: 'day-first.csv',
    bytes: lines('id,due', '1,03/04/2026', '2,05/06/2026'),
    flags: ['--day-first'],
    columns: { id: 'BIGINT!', due: 'DATE!' },
    rows: 2,
    firstRow: { due: '2026-04-03' },
  },
  {
    file: 'month-first.csv',
    bytes: lines('id,due', '1,03/04/2026 1:05 PM', '2,05/06/2026 11:10 AM'),
    flags: ['--month-first'],
    columns: { id: 'BIGINT!', due: 'DATETIME(6)!' },
    rows: 2,
    firstRow: { due: '2026-03-04 13:05:00.000000' },
  },
  {
    file: 'large-numbers.csv',
    bytes: lines(
      'order_no,hash,huge,small',
      '9007199254740993,18446744073709551615,123456789012345678901234567890,1',
      '42,1,7,-2',
    ),
    columns: { order_no: 'BIGINT!', hash: 'BIGINT UNSIGNED!', huge: 'DECIMAL(38,0)!', small: 'INT!' },
    rows: 2,
    firstRow: {
      order_no: '9007199254740993',
      hash: '18446744073709551615',
      huge: '123456789012345678901234567890',
    },
  },
  {
    file: 'empty-columns.csv',
    bytes: lines('id,nothing,some', '1,,', '2,,7', '3,,'),
    columns: { id: 'BIGINT!', nothing: 'VARCHAR(255)', some: 'INT' },
    rows: 3,
    firstRow: { nothing: null, some: null },
  },
  {
    file: 'codes.csv',
    bytes: lines('zip,account,phone,country', '01234,000123,+49 30 1234,NO', '99084,120001,030 999,DE'),
    columns: {
      zip: 'VARCHAR(16)!',
      account: 'VARCHAR(16)!',
      phone: 'VARCHAR(16)!',
      country: 'VARCHAR(16)!',
    },
    rows: 2,
    firstRow: { zip: '01234', account: '000123', country: 'NO' },
  },
  {
    file: 'nested.jsonl',
    bytes: jsonLines(
      {
        id: 1,
        user: { name: 'Ada', address: { city: 'Köln' } },
        tags: ['a', 'b'],
        paid: true,
        at: '2026-11-01T10:00:00Z',
      },
      { id: 2, user: { name: null }, tags: [], paid: false, note: 'late' },
    ),
    columns: {
      id: 'BIGINT!',
      user_name: 'VARCHAR(16)',
      user_address_city: 'VARCHAR(16)',
      tags: 'JSON!',
      paid: 'BOOL!',
      at: 'DATETIME(6)',
      note: 'VARCHAR(16)',
    },
    rows: 2,
    firstRow: {
      user_address_city: 'Köln',
      tags: '["a","b"]',
      paid: '1',
      at: '2026-11-01 10:00:00.000000',
      note: null,
    },
  },
  {
    file: 'array.json',
    bytes: Buffer.from(
      '[\n  {"sku": "A", "price": 12.50, "big": 12345678901234567890},\n  {"sku": "B", "price": 3.00, "big": 1}\n]\n',
    ),
    columns: { sku: 'VARCHAR(16)!', price: 'DECIMAL(18,2)!', big: 'BIGINT UNSIGNED!' },
    rows: 2,
    firstRow: { price: '12.50', big: '12345678901234567890' },
  },
  {
    file: 'truth.csv',
    bytes: lines('id,active,is_new,answer,initial', '1,TRUE,1,yes,T', '2,false,0,no,T', '3,,1,Yes,T'),
    columns: { id: 'BIGINT!', active: 'BOOL', is_new: 'BOOL!', answer: 'BOOL!', initial: 'VARCHAR(16)!' },
    rows: 3,
    firstRow: { active: '1', is_new: '1', answer: '1', initial: 'T' },
  },
  {
    file: 'names.csv',
    bytes: lines('Größe,order,First Name,first-name,2026,名前,Größe', 'L,1,Ada,x,5,y,z'),
    columns: {
      Grosse: 'VARCHAR(16)!',
      order_: 'INT!',
      First_Name: 'VARCHAR(16)!',
      first_name_2: 'VARCHAR(16)!',
      _2026: 'INT!',
      column_6: 'VARCHAR(16)!',
      Grosse_2: 'VARCHAR(16)!',
    },
    flags: ['--header'],
    rows: 1,
    firstRow: { order_: '1', Grosse_2: 'z' },
  },
  {
    file: 'windows.csv',
    bytes: Buffer.from('id,name\r\n1,"a\r\nb"\r\n2,c\r\n'),
    columns: { id: 'BIGINT!', name: 'VARCHAR(16)!' },
    rows: 2,
    firstRow: { name: 'a\r\nb' },
  },
  {
    file: 'german.csv',
    bytes: lines(
      'Nr;Betrag;Menge;Datum',
      '1;1.234,50;1.000;31.12.2026',
      '2;0,99;12;01.02.2026',
      '3;20,00;2.500;02.02.2026',
    ),
    columns: { Nr: 'INT!', Betrag: 'DECIMAL(18,2)!', Menge: 'INT!', Datum: 'DATE!' },
    rows: 3,
    firstRow: { Betrag: '1234.50', Menge: '1000', Datum: '2026-12-31' },
  },
  {
    file: 'sales.parquet',
    bytes: parquetFile([
      { name: 'id', type: 'INT64', values: [1n, 9007199254740993n, 3n] },
      { name: 'amount', type: 'INT64', converted: 5, scale: 2, precision: 12, values: [1250n, -5n, null] },
      { name: 'day', type: 'INT32', converted: 6, values: [20_000, 20_001, 20_002] },
      { name: 'at', type: 'INT64', converted: 10, values: [1_700_000_000_123_456n, 0n, 1n] },
      { name: 'name', type: 'BYTE_ARRAY', converted: 0, values: ['Ada', 'Grace Hopper', null] },
      { name: 'score', type: 'DOUBLE', values: [0.5, -1.25, 3] },
      { name: 'ok', type: 'BOOLEAN', values: [true, false, true] },
      { name: 'extra', type: 'BYTE_ARRAY', converted: 19, values: ['{"a":1}', '[]', '{}'] },
    ]),
    columns: {
      id: 'BIGINT!',
      amount: 'DECIMAL(12,2)',
      day: 'DATE!',
      at: 'DATETIME(6)!',
      name: 'VARCHAR(16)',
      score: 'DOUBLE!',
      ok: 'BOOL!',
      extra: 'JSON!',
    },
    rows: 3,
    firstRow: { amount: '12.50', day: '2024-10-04', at: '2023-11-14 22:13:20.123456', name: 'Ada' },
  },
  {
    file: 'ragged.csv',
    bytes: lines('a,b,c', '1,x,2026-01-01', '2,y', '3,z,2026-01-03,more'),
    columns: { a: 'INT!', b: 'VARCHAR(16)!', c: 'DATE', column_4: 'VARCHAR(16)' },
    rows: 3,
    firstRow: { a: '1', column_4: null },
    told: 'one row has more than 3 fields',
  },
  {
    file: 'header-only.csv',
    bytes: lines('id,name,amount'),
    columns: { id: 'VARCHAR(255)', name: 'VARCHAR(255)', amount: 'VARCHAR(255)' },
    rows: 0,
  },
  {
    file: 'one-column.csv',
    bytes: lines('email', 'ada@example.com', 'grace@example.com'),
    columns: { email: 'VARCHAR(32)!' },
    rows: 2,
    firstRow: { email: 'ada@example.com' },
  },
  {
    file: 'no-header.csv',
    bytes: lines('1,Ada,2026-01-01', '2,Grace,2026-01-02'),
    columns: { column_1: 'INT!', column_2: 'VARCHAR(16)!', column_3: 'DATE!' },
    rows: 2,
    firstRow: { column_2: 'Ada' },
  },
  {
    file: 'mysql.psv',
    bytes: lines('id|name|qty|note', `1|"a ${B}"b${B}""|${B}N|x`, `2|"c"|NULL|y${B}|z`),
    columns: { id: 'BIGINT!', name: 'VARCHAR(16)!', qty: 'VARCHAR(255)', note: 'VARCHAR(16)!' },
    rows: 2,
    firstRow: { name: 'a "b"', qty: null },
  },
  {
    file: 'thousands.csv',
    bytes: lines('city,population,budget', 'A,"1,234,567","1,000.50"', 'B,"12,345","900.25"'),
    columns: { city: 'VARCHAR(16)!', population: 'INT!', budget: 'DECIMAL(18,2)!' },
    rows: 2,
    firstRow: { population: '1234567', budget: '1000.50' },
  },
  {
    file: 'ids.csv',
    bytes: lines(
      'uid,payload,seen',
      '3f2504e0-4f89-11d3-9a0c-0305e82c3301,"{""a"":[1,2]}",2026-01-01 10:00:00+02:00',
      '3f2504e0-4f89-11d3-9a0c-0305e82c3302,"[]",2026-01-01 10:00:00.25+00:00',
    ),
    columns: { uid: 'CHAR(36)!', payload: 'JSON!', seen: 'DATETIME(6)!' },
    rows: 2,
    firstRow: { payload: '{"a":[1,2]}', seen: '2026-01-01 08:00:00.000000' },
  },
  {
    file: 'misfit.csv',
    bytes: lines('id,qty', ...Array.from({ length: 40 }, (_, n) => `${n + 1},${n === 30 ? 'n/a' : n * 2}`)),
    columns: { id: 'BIGINT!', qty: 'VARCHAR(16)!' },
    rows: 40,
    told: "it would be INT, but one value of 40 is not: 'n/a'",
  },
  {
    file: 'null-word.csv',
    bytes: lines('id,qty', ...Array.from({ length: 40 }, (_, n) => `${n + 1},${n === 0 ? 'n/a' : n * 2}`)),
    flags: ['--null', 'n/a'],
    columns: { id: 'BIGINT!', qty: 'INT' },
    rows: 40,
    firstRow: { qty: null },
  },
  {
    file: 'quoted-empties.csv',
    bytes: lines('"id","qty","name"', '"1","","x"', '"2","5",""'),
    columns: { id: 'BIGINT!', qty: 'INT', name: 'VARCHAR(16)' },
    rows: 2,
    firstRow: { qty: null },
  },
];
