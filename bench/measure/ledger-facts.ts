import { globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What a run wrote down; read from its ledger once the run has ended. */
export interface LedgerFacts {
  /** Files recorded as being at the destination. */
  readonly files: number;
  /** Of these, the ones that no listing has confirmed since they were put. */
  readonly pending: number;
  /** Of these, the ones whose time at the destination was never seen. */
  readonly withoutTime: number;
  /** Changes that were begun and not ended. */
  readonly intents: number;
}

/** `state`: the folder that the run kept its ledger in; it holds one. */
export function ledgerFacts(state: string): LedgerFacts {
  const [file, ...more] = globSync(join(state, '**', '*.sqlite'));
  if (file === undefined || more.length > 0)
    throw new Error(`${file === undefined ? 'no ledger' : 'several ledgers'} in ${state}`);
  using db = new DatabaseSync(file, { readOnly: true });
  const count = (what: string): number =>
    (db.prepare(`SELECT count(*) AS n FROM ${what}`).get() as { n: number }).n;
  const ofFiles = "entry WHERE path NOT LIKE '%/'";
  return {
    files: count(ofFiles),
    pending: count(`${ofFiles} AND pending <> 0`),
    withoutTime: count(`${ofFiles} AND shown_modified IS NULL`),
    intents: count('intent'),
  };
}
