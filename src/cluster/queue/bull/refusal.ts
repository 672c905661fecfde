import { isSyncError, messageOf } from '../../../model/errors.ts';
import type { BatchAnswer } from '../wire/batch.ts';
import { WIRE } from '../wire/batch.ts';
import type { BatchHead } from '../wire/read-batch.ts';
import { toWireError } from '../wire/wire-error.ts';

/** The ends of a batch cannot be opened here: another worker may be able to. Its message is for people. */
export class CannotServe extends Error {
  /** It can open them, but sees none of the files as it was listed. */
  readonly seesOthers: boolean;

  constructor(
    message: string,
    { seesOthers = false, cause }: ErrorOptions & { readonly seesOthers?: boolean } = {},
  ) {
    super(message, { cause });
    this.seesOthers = seesOthers;
  }
}

export const otherVersion = ({ wire }: BatchHead): CannotServe =>
  new CannotServe(
    `it understands batches of version ${WIRE}, and this one is of version ${wire}: run the same version of stagesync for the sync and its workers`,
  );

export interface Refusal {
  readonly why: CannotServe;
  readonly redelivered: boolean;
}

/** What is answered where none of the workers that are there can carry the batch out. */
export function refused(
  { id, run, from }: BatchHead,
  worker: string,
  { why, redelivered }: Refusal,
): BatchAnswer {
  const { cause } = why;
  const message = `no worker can send the files of ${from}; ${worker} says: ${messageOf(why)}`;
  return {
    batch: id,
    run,
    worker,
    redelivered,
    seesOthers: why.seesOthers,
    refused: {
      ...toWireError(cause),
      code: isSyncError(cause) ? cause.code : 'config',
      message,
      besidePath: message,
      verdict: 'end_run',
      inDoubt: false,
    },
    outcomes: [],
  };
}
