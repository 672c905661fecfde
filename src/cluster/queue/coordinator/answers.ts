import { isSyncError, SyncError } from '../../../model/errors.ts';
import type { Source } from '../../../model/ports.ts';
import type { BatchAnswer } from '../wire/batch.ts';
import { fromWireError } from '../wire/wire-error.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { Outstanding, OutstandingBatch } from './outstanding.ts';
import type { QueueCounts } from './queue-counts.ts';

export interface AnswersOptions {
  readonly outstanding: Outstanding;
  readonly acknowledgements: Acknowledgements;
  readonly counts: QueueCounts;
  readonly signal: AbortSignal;
  /** Rejects where the source has not this version of the file any more. */
  readonly check?: Source['check'];
  /** A batch is answered, and its place in the broker is free. */
  readonly onFreed: () => void;
  /** No worker can send the files of the batch: the pass ends. `inDoubt`: whether some of it may be there all the same. */
  readonly onRefused: (
    refused: OutstandingBatch,
    about: { readonly why: SyncError; readonly inDoubt: boolean },
  ) => void;
}

/** Tells whoever waits for a transfer what became of it. An answer that comes again is ignored. */
export class Answers {
  readonly #options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Resolves once what follows from the answer is written down: then it may be acknowledged. */
  async take(answer: BatchAnswer): Promise<void> {
    const { outstanding, counts, acknowledgements, onFreed } = this.#options;
    const found = outstanding.take(answer.batch);
    if (found === undefined) {
      counts.duplicates++;
      return;
    }
    counts.batches++;
    counts.requests += answer.requests ?? 0;
    if (answer.redelivered) counts.redelivered++;
    if (answer.refused !== undefined) {
      await this.#takeRefusal(found, answer, fromWireError(answer.refused, answer.worker));
      return;
    }
    const done = tell(found, answer);
    onFreed();
    await acknowledgements.written(done);
  }

  /** Ends the pass, unless the files are not even here as they were listed: then that is what became of them. */
  async #takeRefusal(found: OutstandingBatch, answer: BatchAnswer, why: SyncError): Promise<void> {
    // another worker may have begun it
    const inDoubt = answer.redelivered;
    const changes = answer.seesOthers === true ? await this.#changesOf(found) : undefined;
    if (changes === undefined) {
      this.#options.onRefused(found, { why, inDoubt });
      return;
    }
    for (const [at, { reject }] of found.items.entries()) {
      const change = changes[at];
      reject(inDoubt && isSyncError(change) ? change.with({ inDoubt }) : change);
    }
    this.#options.onFreed();
  }

  /** What the source says of each file. Undefined where it has one of them as it was listed, or cannot tell. */
  async #changesOf({ items }: OutstandingBatch): Promise<readonly unknown[] | undefined> {
    const { check, signal } = this.#options;
    if (check === undefined) return undefined;
    const changes: unknown[] = [];
    for (const { transfer } of items) {
      try {
        await check(transfer.entry, { signal });
        return undefined;
      } catch (error) {
        changes.push(error);
      }
    }
    return changes;
  }
}

/** Tells everyone who waits. Returns the transfers that are done. */
function tell({ items }: OutstandingBatch, answer: BatchAnswer): readonly number[] {
  const told = new Map(answer.outcomes.map((outcome) => [outcome.id, outcome]));
  const done: number[] = [];
  for (const pending of items) {
    const outcome = told.get(pending.transfer.id);
    if (outcome === undefined) pending.reject(untold(pending.transfer.to, answer.worker));
    else if ('error' in outcome) pending.reject(fromWireError(outcome.error, answer.worker));
    else {
      done.push(outcome.id);
      pending.resolve({ digest: outcome.digest, sentDigest: outcome.sentDigest });
    }
  }
  return done;
}

const untold = (path: string, worker: string): SyncError =>
  new SyncError(
    'destination_unclear',
    (name) => `what became of ${name} was not told by the worker ${worker}`,
    {
      verdict: 'skip_entry',
      operation: 'upload',
      path,
      inDoubt: true,
    },
  );
