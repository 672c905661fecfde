/** A row of values as RFC 4180 has it. */
export const csvLine = (values: readonly unknown[]): string => values.map(csvValue).join(',');

function csvValue(value: unknown): string {
  const text = typeof value === 'string' ? value : value === null ? '' : (JSON.stringify(value) ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
