import { parquetReadObjects, parquetSchema, type RowGroup } from 'hyparquet';
import { messageOf } from '../../model/errors.ts';
import type { ColumnChoice, Finding, TypeChoice } from '../inference/columns/column-choice.ts';
import type { FileFormat, InferredColumn } from '../inference/inferred-table.ts';
import { safeNames } from '../inference/names/safe-names.ts';
import { parquetFields, type ParquetField } from '../inference/parquet/parquet-schema.ts';
import { chooseParquetType, type SeenTexts } from '../inference/parquet/parquet-types.ts';
import type { DetectedFormat } from './file-format.ts';
import type { KindReader } from './kind-reader.ts';
import { COMPRESSORS, LARGEST_GROUP_BYTES, openParquet, type ParquetFile } from './parquet-file.ts';
import type { ReadBudget, SampleFile } from './sample-file.ts';
import { unreadable } from './unreadable.ts';

interface SeenField {
  readonly field: ParquetField;
  readonly file: string;
  /** Files that have it. */
  files: number;
  /** No row of any file is NULL there, as far as the footers tell. */
  hasNoNulls: boolean;
  readonly texts: { characters: number; bytes: number; readAll: boolean; rows: number };
}

/** Reads Parquet files: their footers, and the texts in them for their lengths. */
export class ParquetFiles implements KindReader {
  readonly #fields = new Map<string, SeenField>();
  readonly #findings: Finding[] = [];
  #files = 0;

  async add(file: SampleFile, _: DetectedFormat, budget: ReadBudget): Promise<boolean> {
    try {
      const opened = await openParquet(file.ranges);
      const seen = this.#addFields(file, opened);
      return await this.#readTexts(opened, seen, budget);
    } catch (error) {
      throw unreadable(file.name, undefined, `this cannot be read as Parquet: ${messageOf(error)}`, error);
    }
  }

  #addFields(file: SampleFile, { metadata }: ParquetFile): readonly SeenField[] {
    this.#files++;
    return parquetFields(parquetSchema(metadata)).map((field) => {
      const key = field.path.join('\0');
      const hasNoNulls =
        field.isRequired || metadata.row_groups.every((group) => nullsIn(group, field) === 0);
      let seen = this.#fields.get(key);
      if (seen === undefined) {
        seen = {
          field,
          file: file.name,
          files: 0,
          hasNoNulls: true,
          texts: { characters: 0, bytes: 0, readAll: true, rows: 0 },
        };
        this.#fields.set(key, seen);
      } else this.#compare(seen, field, file);
      seen.files++;
      seen.hasNoNulls &&= hasNoNulls;
      return seen;
    });
  }

  #compare(known: SeenField, field: ParquetField, file: SampleFile): void {
    const [one, other] = [chooseParquetType(known.field, known.texts), chooseParquetType(field, known.texts)];
    if (one.type !== other.type)
      this.#findings.push({
        severity: 'problem',
        column: field.path.join('::'),
        message: `${known.file} has it as ${one.type} and this file as ${other.type}: one column cannot be both`,
        at: { file: file.name, line: 1 },
      });
  }

  /** Whether all texts were read. A group of rows is in memory at a time. */
  async #readTexts(
    { file, metadata }: ParquetFile,
    fields: readonly SeenField[],
    budget: ReadBudget,
  ): Promise<boolean> {
    const texts = fields.filter(({ field }) => isText(field));
    let isAll = true;
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const tooLarge = Number(group.total_byte_size) > LARGEST_GROUP_BYTES;
      if (tooLarge || budget.isSpent) {
        isAll = false;
        for (const { texts: seen } of texts) seen.readAll = false;
      } else if (texts.length > 0) {
        const columns = [...new Set(texts.map(({ field }) => field.path[0]!))];
        const rows = await parquetReadObjects({
          file,
          metadata,
          rowStart,
          rowEnd,
          columns,
          compressors: COMPRESSORS,
        });
        for (const row of rows) for (const seen of texts) measure(seen, row);
      }
      if (!tooLarge && isAll) {
        budget.bytes += Number(group.total_byte_size);
        budget.rows += rowEnd - rowStart;
      }
      rowStart = rowEnd;
    }
    return isAll;
  }

  finish(): {
    readonly format: FileFormat;
    readonly columns: readonly InferredColumn[];
    readonly findings: readonly Finding[];
  } {
    const fields = [...this.#fields.values()];
    const safe = safeNames(
      fields.map(({ field }) => field.path.join('_')),
      (n) => `column_${n + 1}`,
    );
    const columns = fields.map((seen, n): InferredColumn => {
      const { name, changed } = safe[n]!;
      const { path } = seen.field;
      return { ...this.#choose(seen), name, source: path.join('::'), renamed: changed, path };
    });
    return { format: { kind: 'parquet' }, columns, findings: this.#findings };
  }

  #choose({ field, texts, hasNoNulls, files }: SeenField): ColumnChoice {
    const seen: SeenTexts | undefined = texts.rows === 0 && !texts.readAll ? undefined : texts;
    const { type, reason }: TypeChoice = chooseParquetType(field, seen);
    return { type, reason, nullable: !hasNoNulls || files < this.#files, conversion: [], findings: [] };
  }
}

const isText = ({ element, isNested }: ParquetField): boolean => {
  const kind = element.logical_type?.type ?? element.converted_type;
  return !isNested && (kind === 'STRING' || kind === 'UTF8' || kind === 'ENUM');
};

/** NULLs of a column in a group of rows; undefined where the footer does not tell. */
function nullsIn({ columns }: RowGroup, { path }: ParquetField): number | undefined {
  const parts = columns.filter(({ meta_data: data }) =>
    path.every((name, at) => data?.path_in_schema[at] === name),
  );
  if (parts.length !== 1) return undefined;
  const nulls = parts[0]?.meta_data?.statistics?.null_count;
  return nulls === undefined ? undefined : Number(nulls);
}

function measure({ field, texts }: SeenField, row: Record<string, unknown>): void {
  let value: unknown = row;
  for (const key of field.path) value = (value as Record<string, unknown> | null | undefined)?.[key];
  texts.rows++;
  if (typeof value !== 'string') return;
  if (value.length > texts.characters)
    texts.characters = Math.max(texts.characters, Array.from(value).length);
  if (value.length * 3 > texts.bytes) texts.bytes = Math.max(texts.bytes, Buffer.byteLength(value));
}
