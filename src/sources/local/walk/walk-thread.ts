/** The program of a thread of its own: it lists the rest of a walk that another thread began. */
import { parentPort, workerData } from 'node:worker_threads';
import { createFilter } from '../../../filter/filter.ts';
import type { SourceEntry } from '../../../model/entry.ts';
import { isSyncError, messageOf } from '../../../model/errors.ts';
import { realDisk } from '../../../disk/disk.ts';
import { packEntries } from './entry-batch.ts';
import { Flow } from './thread-protocol.ts';
import type { PlainError, ThreadNews, ThreadTask } from './thread-protocol.ts';
import { Walk } from './walk.ts';
import type { WalkState } from './walk.ts';

const BATCH_ENTRIES = 500;

const { root, followSymlinks, filter: rules, flow: shared } = workerData as ThreadTask;
const flow = new Flow(shared);
const filter = createFilter(rules);

parentPort!.once('message', (from: WalkState) => {
  try {
    if (walkOn(from)) tell({ done: true });
  } catch (error) {
    tell({ failed: plain(error) });
  }
});
tell({ ready: true });

/** False when nobody wants the rest. */
function walkOn(from: WalkState): boolean {
  let batch: SourceEntry[] = [];
  for (const step of new Walk({ disk: realDisk, root, followSymlinks, filter }, from).entries()) {
    if (step === undefined) continue;
    batch.push(step);
    if (batch.length < BATCH_ENTRIES) continue;
    if (!flow.mayBeSent()) return false;
    tell(packEntries(batch));
    batch = [];
  }
  if (batch.length > 0) tell(packEntries(batch));
  return true;
}

function tell(news: ThreadNews): void {
  parentPort!.postMessage(news);
}

/** An error's class and its symbols do not survive the way between threads. */
function plain(error: unknown): PlainError {
  if (!isSyncError(error)) return { message: messageOf(error) };
  const { code, message, verdict, fact, operation, path, retryAfterMs, details, inDoubt } = error;
  const options = { verdict, fact, operation, path, retryAfterMs, details, inDoubt };
  return { message, sync: { code, options } };
}
