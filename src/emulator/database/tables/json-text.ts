/** A number as it is written, when a double would change it. */
interface RawNumber {
  readonly rawJSON: string;
}

// JSON with the texts of numbers is part of ECMAScript, and not yet in TypeScript's libraries.
const json = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** Numbers that a double does not have exactly as written stay text, so that they come out as they went in. */
export const parseJson = (text: string): unknown =>
  json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? json.rawJSON(source)
      : value,
  );

/** A part of a JSON text that is put in as it is. */
export const rawJson = (text: string): object => json.rawJSON(text);

export const isRawJson = (value: unknown): boolean => json.isRawJSON(value);

/** The text of an object, an array or a raw number; bigints of Parquet are numbers. */
export function jsonText(value: unknown): string {
  if (json.isRawJSON(value)) return value.rawJSON;
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return json.rawJSON(each.toString());
    if (each instanceof Uint8Array) return Buffer.from(each).toString();
    return each;
  });
}
