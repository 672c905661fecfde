/** '12.5', '9', '1,234.57', '0.0042': two decimals, more where the value would be shown as nothing. */
export function quantity(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.01) return String(Number(value.toPrecision(2)));
  return grouped(String(Number(value.toFixed(2))));
}

/** The same for a column: all values have as many decimals as the one that needs most. */
export function quantities(values: readonly number[]): string[] {
  const texts = values.map(quantity);
  const decimals = Math.min(2, Math.max(0, ...texts.map((text) => text.split('.')[1]?.length ?? 0)));
  return values.map((value, index) => {
    const isTiny = value !== 0 && Math.abs(value) < 0.01;
    return isTiny ? (texts[index] ?? '') : grouped(value.toFixed(decimals));
  });
}

/** Without Intl, which takes 20 ms to load. */
function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const withCommas = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}
