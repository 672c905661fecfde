/** A thing of the API as it came, with what was added to it. */
export type Row = Readonly<Record<string, unknown>>;

/** What a person is shown of a thing. */
export interface Field {
  /** The name in the API's reply, and in --fields. */
  readonly key: string;
  /** The head of its column. Default: the key in capitals. */
  readonly title?: string;
  /** Whether a list shows it. All fields are shown of a single thing. */
  readonly isListed?: true;
  /** The value for a person. Default: the value as it is, and lists with commas. */
  readonly text?: (value: unknown, row: Row) => string | undefined;
}

/** Of a single thing, fields without a value are left out; in a list there is a dash. */
export function fieldText(row: Row, field: Field): string | undefined {
  const value = row[field.key];
  return field.text === undefined ? plainText(value) : field.text(value, row);
}

export function plainText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object'))
    return value.length === 0 ? undefined : value.map(String).join(', ');
  return JSON.stringify(value);
}

export const titleOf = (field: Field): string => field.title ?? field.key.toUpperCase();
