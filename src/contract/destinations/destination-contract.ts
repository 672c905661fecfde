import { casesOf, type ContractCase } from '../contract-case.ts';
import { contentCases, failedPutCases } from './content-cases.ts';
import { NEUTRAL_CODES, type DestinationCodes, type DestinationFixture } from './destination-fixture.ts';
import { folderCases } from './folder-cases.ts';
import { movingCases } from './moving-cases.ts';
import { partialFileCases } from './partial-file-cases.ts';
import { refusalCases } from './refusal-cases.ts';
import { Tried } from './tried.ts';

export interface DestinationContractOptions {
  /** The codes of its refusals. Default: `destination_missing`, `destination_taken`, `destination_refused`. */
  readonly codes?: DestinationCodes;
}

/**
 * What every Destination promises, whatever is behind it. Its traits say where it may differ; methods that it does not have are
 * not tried.
 *
 * @param open gives an empty destination, anew for each case
 */
export function destinationContract(
  open: () => Promise<DestinationFixture>,
  { codes = NEUTRAL_CODES }: DestinationContractOptions = {},
): readonly ContractCase[] {
  const bodies = {
    ...contentCases,
    ...failedPutCases,
    ...folderCases,
    ...movingCases,
    ...partialFileCases,
    ...refusalCases,
  };
  return casesOf(
    open,
    Object.fromEntries(
      Object.entries(bodies).map(([name, body]) => [
        name,
        ({ destination }: DestinationFixture) => body(new Tried(destination, codes)),
      ]),
    ),
  );
}
