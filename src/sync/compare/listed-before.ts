import type { Ledger } from '../ledger/ledger.ts';

const KEY = 'listed';

/** Keeps how many entries a comparison of everything has listed: about as many the next one will list. */
export function rememberListed(ledger: Pick<Ledger, 'recall' | 'remember'>, listed: number): void {
  if (listed !== recallListed(ledger)) ledger.remember(KEY, String(listed));
}

/** Undefined where no run has compared everything, or where the record cannot be understood. */
export function recallListed(ledger: Pick<Ledger, 'recall'>): number | undefined {
  const listed = Number(ledger.recall(KEY) ?? NaN);
  return Number.isSafeInteger(listed) && listed > 0 ? listed : undefined;
}
