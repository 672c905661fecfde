import { Confirmations } from '../../../src/sync/execute/confirm.ts';
import type { ConfirmationOptions } from '../../../src/sync/execute/confirm.ts';

type Needed = Pick<ConfirmationOptions, 'remote' | 'ledger'>;

/** Confirmations of a run that goes on; what is given takes the place of that. */
export const confirming = (options: Needed & Partial<ConfirmationOptions>): Confirmations =>
  new Confirmations({
    journal: { waits: false, flush: () => undefined },
    gate: { lanes: 4, idleWaits: false },
    tasks: { stopped: false, notBegun: () => false, end: () => undefined },
    learnt: { cutsShort: false },
    signal: new AbortController().signal,
    onProblem: () => undefined,
    ...options,
  });
