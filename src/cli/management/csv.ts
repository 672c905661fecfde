/** A row of values as RFC 4180 has it. */
export const csvLine = (values: readonly unknown[]): string => values.map(csvValue).join(',');

function csvValue(value: unknown): string {
  const text =
    value === undefined || value === null
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value as string | number | boolean);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
