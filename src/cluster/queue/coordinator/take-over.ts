import type { SentVersion, TakenOver, Transferred } from '../../../model/cluster/transfer-executor.ts';
import type { BatchQueue } from '../batch-queue.ts';

/** Milliseconds between two looks at batches that workers are carrying out. */
const LOOK_MS = 500;

export interface TakeOverOptions {
  readonly queue: BatchQueue;
  /** Rejects when the pass is to end. */
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Clears the queue of what earlier runs of the pair handed over. What nobody has begun is taken back; what a worker is carrying out
 * is waited for; answers are taken as they are.
 */
export async function takeOver({ queue, pause }: TakeOverOptions): Promise<TakenOver> {
  const arrived = new Map<number, Transferred & SentVersion>();
  const notBegun = new Map<number, SentVersion>();
  const answered = new Set<string>();
  const takeAnswers = async (): Promise<void> => {
    for (const { batch, outcomes } of await queue.answers()) {
      answered.add(batch);
      for (const outcome of outcomes) {
        notBegun.delete(outcome.id);
        if (!('error' in outcome)) arrived.set(outcome.id, outcome);
      }
    }
  };
  for (let isBusy = true; isBusy;) {
    isBusy = false;
    for (const { id, items } of await queue.batches()) {
      const withdrawal = await queue.withdraw(id);
      if (withdrawal === 'busy') isBusy = true;
      // a batch that was shipped twice may have been answered before
      if (withdrawal === 'not_begun')
        for (const { id: intent, entry } of items) if (!arrived.has(intent)) notBegun.set(intent, entry);
    }
    await takeAnswers();
    if (isBusy) await pause(LOOK_MS);
  }
  await takeAnswers();
  return {
    arrived,
    notBegun,
    async recorded() {
      for (const batch of answered) await queue.acknowledge(batch);
    },
  };
}
