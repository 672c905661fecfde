/** Bytes and bytes a second as people write them, in flags, in jobs and in addresses. */

const POWERS = 'KMG';

/** How an amount of bytes looks, for a schema. */
export const BYTE_AMOUNT = /^(\d+(?:\.\d+)?)([KMGkmg]|(?:[KMGkmg][Ii]?)?[Bb])?$/;

/** Bytes in a unit of BYTE_AMOUNT: a K and a KiB are 1,024 of them, a kB 1,000. */
function bytesIn(unit: string): number {
  const power = POWERS.indexOf(unit.charAt(0).toUpperCase()) + 1;
  if (unit === '' || power === 0) return 1;
  return (/^[KMG]B$/i.test(unit) ? 1000 : 1024) ** power;
}

/** How a rate is written, for a person who wrote something else. */
export const BYTE_RATE_FORM = 'Give bytes a second, with a unit if you like: 500K, 10M, 10MB, 10MiB.';

/** How a size is written, for a person who wrote something else. */
export const BYTES_FORM = 'Give bytes, with a unit if you like: 500K, 10M, 1G, 10MB, 10MiB.';

/** Bytes of '500K' or '500KiB' (a K is 1,024), or '500kB' (1,000); undefined for anything else, and for less than 1. */
export function parseBytes(text: string): number | undefined {
  const match = BYTE_AMOUNT.exec(text);
  const value = Math.floor(Number(match?.[1]) * bytesIn(match?.[2] ?? ''));
  return match !== null && value >= 1 && Number.isSafeInteger(value) ? value : undefined;
}

/** Bytes a second, written as sizes are; undefined for anything else, and for less than 1. */
export const parseByteRate = parseBytes;
