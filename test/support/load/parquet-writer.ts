/** A column of a Parquet file to be written, without groups or lists; values are of one page, not packed. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: 'BOOLEAN' | 'INT32' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY';
  /** The number of the converted type: 0 UTF8, 5 DECIMAL, 6 DATE, 9 and 10 TIMESTAMP_MILLIS and _MICROS, 19 JSON. */
  readonly converted?: number;
  readonly scale?: number;
  readonly precision?: number;
  /** With null, the column is OPTIONAL. */
  readonly values: readonly (boolean | number | bigint | string | Uint8Array | null)[];
}

const TYPES = { BOOLEAN: 0, INT32: 1, INT64: 2, DOUBLE: 5, BYTE_ARRAY: 6 } as const;

type Field = readonly [id: number, value: ThriftValue];
type ThriftValue =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly struct: readonly Field[] }
  | { readonly list: readonly ThriftValue[] };

const zigzag = (n: number): number[] => varint(n < 0 ? -2 * n - 1 : 2 * n);

function varint(n: number): number[] {
  const bytes: number[] = [];
  for (let left = n; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 0x80);
  }
}

const kindOf = (value: ThriftValue): number =>
  'i32' in value ? 5 : 'i64' in value ? 6 : 'text' in value ? 8 : 'list' in value ? 9 : 12;

/** Thrift's compact protocol. */
function thrift(value: ThriftValue): number[] {
  if ('i32' in value) return zigzag(value.i32);
  if ('i64' in value) return zigzag(value.i64);
  if ('text' in value) {
    const bytes = [...Buffer.from(value.text)];
    return [...varint(bytes.length), ...bytes];
  }
  if ('list' in value) {
    const kind = value.list[0] === undefined ? 5 : kindOf(value.list[0]);
    const size = value.list.length;
    return [
      ...(size < 15 ? [(size << 4) | kind] : [0xf0 | kind, ...varint(size)]),
      ...value.list.flatMap(thrift),
    ];
  }
  let before = 0;
  const bytes: number[] = [];
  for (const [id, field] of value.struct) {
    bytes.push(((id - before) << 4) | kindOf(field), ...thrift(field));
    before = id;
  }
  return [...bytes, 0];
}

function plain({ type, values }: ParquetColumn): Buffer {
  const there = values.filter((value) => value !== null);
  if (type === 'BOOLEAN') {
    const bits = Buffer.alloc(Math.ceil(there.length / 8));
    there.forEach((value, at) => value === true && (bits[at >> 3]! |= 1 << (at & 7)));
    return bits;
  }
  return Buffer.concat(
    there.map((value) => {
      if (type === 'BYTE_ARRAY') {
        const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value as Uint8Array);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length);
        return Buffer.concat([length, bytes]);
      }
      const bytes = Buffer.alloc(type === 'INT32' ? 4 : 8);
      if (type === 'INT32') bytes.writeInt32LE(Number(value));
      else if (type === 'INT64') bytes.writeBigInt64LE(BigInt(value as number | bigint));
      else bytes.writeDoubleLE(Number(value));
      return bytes;
    }),
  );
}

/** Which values are there: one bit each, in one run of packed bits. */
function levels(values: ParquetColumn['values']): Buffer {
  const groups = Math.ceil(values.length / 8);
  const bits = Buffer.alloc(groups);
  values.forEach((value, at) => value !== null && (bits[at >> 3]! |= 1 << (at & 7)));
  const run = Buffer.from([...varint(groups * 2 + 1), ...bits]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(run.length);
  return Buffer.concat([length, run]);
}

const isOptional = ({ values }: ParquetColumn): boolean => values.includes(null);

/** A file of one group of rows. */
export function parquetFile(columns: readonly ParquetColumn[]): Buffer {
  const rows = columns[0]?.values.length ?? 0;
  const parts: Buffer[] = [Buffer.from('PAR1')];
  let offset = 4;
  const chunks: ThriftValue[] = columns.map((column) => {
    const data = Buffer.concat([...(isOptional(column) ? [levels(column.values)] : []), plain(column)]);
    const header = Buffer.from(
      thrift({
        struct: [
          [1, { i32: 0 }],
          [2, { i32: data.length }],
          [3, { i32: data.length }],
          [
            5,
            {
              struct: [
                [1, { i32: rows }],
                [2, { i32: 0 }],
                [3, { i32: 3 }],
                [4, { i32: 3 }],
              ],
            },
          ],
        ],
      }),
    );
    const size = header.length + data.length;
    const meta: Field[] = [
      [1, { i32: TYPES[column.type] }],
      [2, { list: [{ i32: 0 }, { i32: 3 }] }],
      [3, { list: [{ text: column.name }] }],
      [4, { i32: 0 }],
      [5, { i64: rows }],
      [6, { i64: size }],
      [7, { i64: size }],
      [9, { i64: offset }],
      [12, { struct: [[3, { i64: column.values.filter((value) => value === null).length }]] }],
    ];
    parts.push(header, data);
    const chunk: ThriftValue = {
      struct: [
        [2, { i64: offset }],
        [3, { struct: meta }],
      ],
    };
    offset += size;
    return chunk;
  });
  const schema: ThriftValue[] = [
    {
      struct: [
        [4, { text: 'root' }],
        [5, { i32: columns.length }],
      ],
    },
    ...columns.map((column): ThriftValue => ({ struct: elementOf(column) })),
  ];
  const group: ThriftValue = {
    struct: [
      [1, { list: chunks }],
      [2, { i64: offset - 4 }],
      [3, { i64: rows }],
    ],
  };
  const footer = Buffer.from(
    thrift({
      struct: [
        [1, { i32: 1 }],
        [2, { list: schema }],
        [3, { i64: rows }],
        [4, { list: [group] }],
      ],
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, Buffer.from('PAR1')]);
}

function elementOf(column: ParquetColumn): Field[] {
  const { name, type, converted, scale, precision } = column;
  return [
    [1, { i32: TYPES[type] }],
    [3, { i32: isOptional(column) ? 1 : 0 }],
    [4, { text: name }],
    ...(converted === undefined ? [] : [[6, { i32: converted }] as const]),
    ...(scale === undefined ? [] : [[7, { i32: scale }] as const]),
    ...(precision === undefined ? [] : [[8, { i32: precision }] as const]),
  ];
}
