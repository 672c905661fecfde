import { createHash } from 'node:crypto';
import type { FileEntry, Problem } from '../../model/entry.ts';
import { isSyncError, messageOf } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { Source } from '../../model/ports.ts';
import type { Executor } from './executor.ts';
import type { Remote } from '../../remote/remote.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { rowOf } from '../ledger/ledger-row.ts';
import type { Counts } from '../plan/counts.ts';
import { notOverwritten, notReplaced } from '../plan/plan-problems.ts';
import type { PlanStore } from '../plan/store/plan-store.ts';

export interface MeetingOptions {
  readonly ledger: Ledger;
  readonly source: Source;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** False: a file that differs stays, and is told. */
  readonly overwrite: boolean;
  /** True: the same. */
  readonly keepsOthers: boolean;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
}

/** --compare content: reads each file that both ends have, at both; equal files count as ours, the others are uploaded. */
export async function compareContent(
  store: PlanStore,
  remote: Remote,
  options: MeetingOptions,
  counts: Pick<Counts, 'unchanged' | 'adopted'>,
  executor: Executor,
): Promise<void> {
  for (const { entry, shown, known } of store.contentChecks.all()) {
    await executor.run(async () => {
      const [ours, theirs] = await Promise.all([
        digestOfSource(entry, options),
        digestAtDestination(remote, entry),
      ]);
      if (ours !== undefined && ours === theirs) {
        counts[known ? 'unchanged' : 'adopted']++;
        if (!options.dryRun) record(entry, shown, ours, options, known);
      } else if (!options.overwrite) options.onProblem(entry.path, notOverwritten(remote.words));
      else if (options.keepsOthers)
        options.onProblem(entry.path, notReplaced(remote.words, known ? 'older' : 'not_ours'));
      else store.arrivals.add({ path: entry.path, reason: 'differs', entry, replaces: shown, digest: ours });
    });
  }
  await executor.idle();
}

/** A file that is equal byte for byte counts as ours, as if it had been uploaded. */
function record(
  entry: FileEntry,
  shown: ShownVersion,
  digest: string,
  options: MeetingOptions,
  known: boolean,
): void {
  options.ledger.put(
    { ...rowOf(entry, digest), shownModifiedMs: shown.modifiedMs, pending: false },
    known ? 'verified' : 'adopted',
  );
}

/** Undefined when the file is not as it was listed, or cannot be read: its upload then tells that. */
export async function digestOfSource(
  entry: FileEntry,
  options: Pick<MeetingOptions, 'source' | 'signal'>,
): Promise<string | undefined> {
  try {
    return await readDigest(entry, options);
  } catch (error) {
    if (isSyncError(error) && error.verdict === 'skip_entry') return undefined;
    throw error;
  }
}

async function readDigest(
  entry: FileEntry,
  { source, signal }: Pick<MeetingOptions, 'source' | 'signal'>,
): Promise<string> {
  if (source.digest !== undefined) return source.digest(entry, { signal });
  const content = await source.read(entry, { signal });
  const hashing = createHash('sha256');
  if ('bytes' in content) hashing.update(content.bytes);
  else for await (const chunk of content.chunks) hashing.update(chunk);
  return hashing.digest('hex');
}

async function digestAtDestination(remote: Remote, entry: FileEntry): Promise<string> {
  const hashing = createHash('sha256');
  try {
    for await (const chunk of await remote.read(remote.root + entry.path)) hashing.update(chunk);
  } catch (error) {
    // a file that cannot be read cannot be shown to be equal: it is uploaded
    if (isSyncError(error) && error.verdict !== 'end_run') return `unreadable: ${messageOf(error)}`;
    throw error;
  }
  return hashing.digest('hex');
}
