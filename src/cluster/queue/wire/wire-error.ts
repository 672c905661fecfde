import { isSyncError, messageOf, SyncError } from '../../../model/errors.ts';
import type { ErrorCode, Fact, Operation, Verdict } from '../../../model/errors.ts';
import { knownCode, knownFact, knownOperation } from './known-words.ts';

/** An error on its way from one process to another: all that decides what follows from it, and its sentences. */
export interface WireError {
  /** 'unexpected': a fault in the program. */
  readonly code: ErrorCode | 'unexpected';
  readonly message: string;
  /** The message for a place where the path is shown. */
  readonly besidePath: string;
  readonly verdict: Verdict;
  readonly fact?: Fact | undefined;
  readonly operation?: Operation | undefined;
  readonly path?: string | undefined;
  readonly details?: Readonly<Record<string, string | number>> | undefined;
  readonly inDoubt: boolean;
}

export function toWireError(error: unknown): WireError {
  const message = messageOf(error);
  if (!isSyncError(error))
    return { code: 'unexpected', message, besidePath: message, verdict: 'skip_entry', inDoubt: true };
  const { code, besidePath, verdict, fact, operation, path, details, inDoubt } = error;
  return { code, message, besidePath, verdict, fact, operation, path, details, inDoubt };
}

/**
 * What `worker` threw. A fault in its program is in doubt, and concerns its own file alone; so does an error of a version that has more words
 * than this one. What is not about the file is about the worker, whose credentials are not those of this process: then the message names it.
 */
export function fromWireError(wire: WireError, worker: string): SyncError {
  const { message, besidePath, verdict, fact, operation, path, inDoubt } = wire;
  const details = { ...wire.details, worker };
  const by = verdict === 'end_run' && !message.includes(worker) ? `worker ${worker}: ` : '';
  const said = (name: string): string => by + (name === 'it' ? besidePath : message);
  const code = knownCode(wire.code);
  return new SyncError(code ?? 'destination_unclear', said, {
    verdict,
    fact: fact && knownFact(fact),
    operation: operation && knownOperation(operation),
    path,
    details,
    inDoubt: inDoubt || code === undefined,
  });
}
