import { hasFact, isSyncError, SyncError } from '../../../model/errors.ts';
import type { Source } from '../../../model/ports.ts';
import type { BatchAnswer } from '../wire/batch.ts';
import { fromWireError } from '../wire/wire-error.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { Outstanding, OutstandingBatch, Pending } from './outstanding.ts';
import type { QueueCounts } from './queue-counts.ts';
import { seenHere } from './seen-here.ts';

export interface AnswersOptions {
  readonly outstanding: Outstanding;
  readonly acknowledgements: Acknowledgements;
  readonly counts: QueueCounts;
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  /** The source, as it is seen from here. */
  readonly source: Pick<Source, 'check' | 'stat'>;
  /** A batch is answered, and its place in the broker is free. */
  readonly onFreed: () => void;
  /** Ships a transfer again, of which nothing was sent. */
  readonly onAgain: (pending: Pending) => void;
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
    const { done, unseen } = this.#tell(found, answer);
    const told = unseen.map((one) => this.#tellUnseen(one, answer.worker));
    onFreed();
    await Promise.all([acknowledgements.written(done), ...told]);
  }

  /** Tells everyone who waits, but for those whose files the worker does not see. */
  #tell(
    { items, wasForgotten }: OutstandingBatch,
    answer: BatchAnswer,
  ): { done: number[]; unseen: Unseen[] } {
    const told = new Map(answer.outcomes.map((outcome) => [outcome.id, outcome]));
    const done: number[] = [];
    const unseen: Unseen[] = [];
    for (const pending of items) {
      const outcome = told.get(pending.transfer.id);
      if (outcome === undefined) pending.reject(untold(pending.transfer.to, answer.worker));
      else if ('error' in outcome) {
        const said = fromWireError(outcome.error, answer.worker);
        // the answer may be that of a delivery that knew of no other
        const error = wasForgotten === true ? said.with({ inDoubt: true }) : said;
        if (this.#isForUsToSee(error)) unseen.push({ pending, error });
        else pending.reject(error);
      } else {
        done.push(outcome.id);
        pending.resolve({ digest: outcome.digest, sentDigest: outcome.sentDigest });
      }
    }
    return { done, unseen };
  }

  /** Whether an error says something of the source that can be told from here as well. */
  #isForUsToSee(error: SyncError): boolean {
    return (
      hasFact(error, 'changed', 'gone') ||
      (hasFact(error, 'unreadable') && this.#options.source.check !== undefined)
    );
  }

  /**
   * A worker says that a file changed, or is gone. That is believed where the source says so too, from here: a worker whose mount went away, or that asks
   * another place by the same name, must not make what was listed look gone. Never rejects.
   */
  async #tellUnseen({ pending, error }: Unseen, worker: string): Promise<void> {
    const { source, signal, draining, onAgain } = this.#options;
    const { entry } = pending.transfer;
    const seen = await seenHere(source, entry, { signal });
    const { inDoubt } = error;
    if (signal.aborted) pending.reject(signal.reason);
    else if (seen.kind === 'changed') pending.reject(error);
    else if (seen.kind === 'as_listed' && !inDoubt && (pending.tries ?? 1) < MOST_TRIES)
      if (draining.aborted) pending.reject(draining.reason);
      else onAgain({ ...pending, tries: (pending.tries ?? 1) + 1 });
    else pending.reject(unseenBy(worker, entry.path, { error, isHere: seen.kind === 'as_listed' }));
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
    const { source, signal } = this.#options;
    const changes: unknown[] = [];
    for (const { transfer } of items) {
      const seen = await seenHere(source, transfer.entry, { signal });
      if (seen.kind !== 'changed') return undefined;
      changes.push(seen.error);
    }
    return changes;
  }
}

/** A transfer whose file a worker does not see as it was listed. */
interface Unseen {
  readonly pending: Pending;
  readonly error: SyncError;
}

/** How often a file is sent that a worker does not see, and that is there. */
const MOST_TRIES = 3;

/** It says nothing of the source, so that no removals follow. */
function unseenBy(
  worker: string,
  path: string,
  { error, isHere }: { readonly error: SyncError; readonly isHere: boolean },
): SyncError {
  const here = isHere ? 'here it is there' : 'from here nothing could be told';
  return new SyncError(
    'entry_unreadable',
    (name) =>
      `the worker ${worker} does not see ${name} as it was listed, and ${here}: each worker has to see the same files at the same place (it says: ${error.message})`,
    { verdict: 'skip_entry', operation: 'read', path, details: { path }, inDoubt: error.inDoubt },
  );
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
