/**
 * The promises of a Source and of a Destination as cases for any runner of tests: 'stagesync/contract'. Whoever writes an end of
 * their own gives them to the runner at hand:
 *
 *     import { test } from 'node:test';
 *     import { sourceContract } from 'stagesync/contract';
 *     for (const { name, run } of sourceContract(open)) test(name, run);
 *
 * The ends of stagesync itself are held to the same cases.
 *
 * @module stagesync/contract
 */
export type { ContractCase } from './contract-case.ts';
export { destinationContract, type DestinationContractOptions } from './destinations/destination-contract.ts';
export type { DestinationCodes, DestinationFixture } from './destinations/destination-fixture.ts';
export {
  sourceContract,
  watchedSourceContract,
  type WatchedSourceContractOptions,
} from './sources/source-contract.ts';
export type { SourceFixture } from './sources/source-fixture.ts';
export type { WatchedSourceFixture } from './sources/watching-cases.ts';
