import { casesOf, type ContractCase } from '../contract-case.ts';
import { listingCases } from './listing-cases.ts';
import { readingCases } from './reading-cases.ts';
import type { SourceFixture } from './source-fixture.ts';
import { watchingCases, type WatchedSourceFixture } from './watching-cases.ts';

/**
 * What every Source promises. Methods that a source does not have are not tried.
 *
 * @param open gives an empty source that can be written to, anew for each case
 */
export const sourceContract = (open: () => Promise<SourceFixture>): readonly ContractCase[] =>
  casesOf(open, { ...listingCases, ...readingCases });

export interface WatchedSourceContractOptions {
  /** How long a hint may take, in milliseconds. Default: 20000. */
  readonly patienceMs?: number;
}

/**
 * What a Source that can be watched promises besides. Give each case more time than a hint may take.
 *
 * @param open gives an empty source that can be written to, anew for each case
 */
export const watchedSourceContract = (
  open: () => Promise<WatchedSourceFixture>,
  { patienceMs = 20_000 }: WatchedSourceContractOptions = {},
): readonly ContractCase[] => casesOf(open, watchingCases(patienceMs));
