import { surroundingsOfJob } from '../../../jobs-file/surroundings-of-job.ts';
import type { JobsFile } from '../../../jobs-file/jobs-file.ts';
import { folderPath, parsePlace } from '../../../jobs/addresses.ts';
import { listPlace } from '../../../jobs/ends/list-place.ts';
import { openStageToLook } from '../../../jobs/ends/open-stage-to-look.ts';
import type { Surroundings } from '../../../jobs/surroundings.ts';
import { isSyncError, messageOf } from '../../../model/errors.ts';

/** What came of a try, for a person. */
export interface Tried {
  readonly isGood: boolean;
  /** Not escaped. */
  readonly text: string;
}

/** Looks at both ends of the only job: whether the source is there, and whether the destination answers. Changes nothing. */
export async function* tryEnds(file: JobsFile, around: Surroundings): AsyncGenerator<Tried> {
  const [named] = file.jobs;
  if (named === undefined) return;
  const { from, to } = named.job;
  const inFile = surroundingsOfJob(file, named, around);
  yield await tried(`the source ${from}`, () => hasEntries(from, inFile));
  yield await tried(`the destination ${to}`, () => answers(to, inFile));
}

async function tried(what: string, look: () => Promise<string>): Promise<Tried> {
  try {
    return { isGood: true, text: `${what} ${await look()}` };
  } catch (error) {
    if (!isSyncError(error) || error.code === 'interrupted') throw error;
    return { isGood: false, text: `${what} could not be used: ${messageOf(error)}` };
  }
}

async function hasEntries(text: string, around: Surroundings): Promise<string> {
  await using opened = new AsyncDisposableStack();
  const address = parsePlace(text, 'the source', '/');
  for await (const entries of listPlace(opened, address, around, { recursive: false, text }))
    if (entries.length > 0) return 'is there';
  return 'is there, and empty: a run refuses an empty source';
}

async function answers(text: string, around: Surroundings): Promise<string> {
  const address = parsePlace(text, 'the destination', '/');
  if (address.kind !== 'stage') return 'is a directory: it is made by the first run where it is missing';
  await using opened = new AsyncDisposableStack();
  const root = folderPath(address);
  const stage = await openStageToLook(around, { address, root, concurrency: 1 });
  opened.defer(() => stage.close());
  const children = await stage.listFolder(root, { signal: around.draining });
  return children === undefined ? 'answers; the folder is made by the first run' : 'answers';
}
