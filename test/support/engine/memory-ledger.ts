import { onTestFinished } from 'vitest';
import type { Ledger } from '../../../src/sync/ledger/ledger.ts';
import { openDryRunLedger } from '../../../src/sync/ledger/dry-run-ledger.ts';

/** An empty ledger that is in no file, closed when the test is over. */
export function memoryLedger(): Ledger {
  const ledger = openDryRunLedger({
    folder: '/nonexistent',
    source: 'a',
    destination: 'b',
    command: 'test',
    pid: 1,
  });
  onTestFinished(() => ledger.close());
  return ledger;
}
