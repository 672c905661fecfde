import type { Transfer, Transferred, TransferExecutor } from '../../../model/cluster/transfer-executor.ts';
import { hasFact, isSyncError } from '../../../model/errors.ts';
import type { Batch, BatchAnswer, TransferOutcome } from '../wire/batch.ts';
import { toWireError } from '../wire/wire-error.ts';

/** How a worker sends the files of one batch, both ends being open. */
export interface BatchTransfers {
  readonly executor: Pick<TransferExecutor, 'transfer'>;
  /** Requests so far, every attempt counted. */
  readonly requests: number;
  /** Whether a file of this size is there that is not the one to be replaced. Rejects where a look cannot tell. */
  readonly hasArrived: (transfer: Transfer) => Promise<boolean>;
}

export interface CarryOutOptions {
  readonly batch: Batch;
  readonly transfers: BatchTransfers;
  /** An earlier delivery of the batch may have been carried out in part. */
  readonly redelivered: boolean;
  /** Aborted: somebody else may have the batch. */
  readonly lost: AbortSignal;
  /** For people: this worker. */
  readonly worker: string;
  /** Called when a transfer has ended. */
  readonly onEnd?: (() => void) | undefined;
}

/** Bytes from which on a look costs less than sending the file again. */
const LOOK_FIRST_BYTES = 1024 * 1024;

/**
 * Carries out a batch, all its transfers at the same time: the gate has them wait. Resolves with what became of each;
 * rejects when the batch is lost: then nothing is told of it, and whoever gets it does it again.
 */
export async function carryOut(options: CarryOutOptions): Promise<BatchAnswer> {
  const { batch, lost, redelivered, worker } = options;
  // a signal that somebody listens to is kept for as long as the process runs
  using listening = new DisposableStack();
  const isLost = new Promise<never>((_, reject) => {
    const end = (): void => reject(lost.reason as Error);
    if (lost.aborted) end();
    lost.addEventListener('abort', end, { once: true });
    listening.defer(() => lost.removeEventListener('abort', end));
  });
  const all = Promise.all(batch.items.map((item) => outcomeOf(item, options)));
  const outcomes = await Promise.race([all, isLost]);
  // an error may be that of a request that was broken off
  lost.throwIfAborted();
  const { requests } = options.transfers;
  return { batch: batch.id, run: batch.run, worker, redelivered, requests, outcomes };
}

async function outcomeOf(transfer: Transfer, options: CarryOutOptions): Promise<TransferOutcome> {
  const { id, entry } = transfer;
  try {
    const sent = options.redelivered ? await sendAgain(transfer, options) : await send(transfer, options);
    const { path, version } = entry;
    return { id, path, version, digest: sent.digest, sentDigest: sent.sentDigest };
  } catch (error) {
    return { id, error: toWireError(error) };
  } finally {
    options.onEnd?.();
  }
}

const send = (transfer: Transfer, { transfers }: CarryOutOptions): Promise<Transferred> =>
  transfers.executor.transfer(transfer);

/** What an earlier delivery has stored is as good; what it may have stored keeps every failure in doubt. */
async function sendAgain(transfer: Transfer, options: CarryOutOptions): Promise<Transferred> {
  const { transfers } = options;
  const hasArrived = async (): Promise<boolean> =>
    transfer.mayLook && (await transfers.hasArrived(transfer).catch(() => false));
  // nobody read it here: it has no digest
  const found: Transferred = { digest: undefined, sentDigest: undefined };
  if (transfer.entry.size >= LOOK_FIRST_BYTES && (await hasArrived())) return found;
  try {
    return await send(transfer, options);
  } catch (error) {
    if (hasFact(error, 'taken', 'refused') && (await hasArrived())) return found;
    throw isSyncError(error) ? error.with({ inDoubt: true }) : error;
  }
}
