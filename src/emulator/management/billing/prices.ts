/** Credits an hour of S-1. The service does not tell its prices: these are made up, in the right order. */
const SMALL: Readonly<Record<string, number>> = { 'S-00': 0.25, 'S-0': 0.5 };

/** What one hour of a workspace of that size costs, in credits. */
export const creditsPerHour = (size: string, scaleFactor = 1): number =>
  (SMALL[size] ?? Number(size.slice('S-'.length))) * scaleFactor;
