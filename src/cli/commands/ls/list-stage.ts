import { SyncError } from '../../../model/errors.ts';
import type { RelPath } from '../../../model/path.ts';
import type { CallOptions, Destination, PathFilter } from '../../../model/ports.ts';
import { entryPages } from '../../../remote/folder-entries.ts';
import type { DestinationEntry } from '../../../remote/destination-entry.ts';
import { walkDestination } from '../../../remote/walk-folders.ts';
import { folderPath, parseStageAddress } from '../../../jobs/addresses.ts';
import type { Context } from '../../context.ts';
import type { LsFlags } from './ls-flags.ts';
import { stageSurroundings } from '../../surroundings.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { openStageToLook } from '../../../jobs/ends/open-stage-to-look.ts';
import { printable } from '../../../model/printable.ts';

/** Folders listed at the same time. */
const LOOK_AHEAD = 16;

/** Everything on Stage is shown, also what a sync leaves alone. */
const NOTHING_HIDDEN: PathFilter = { excludes: () => false, prunes: () => false };

/** `stagesync ls`. Resolves with the exit status; a folder that cannot be listed is reported and makes it 3. */
export async function listStage(context: Context, text: string, flags: LsFlags): Promise<ExitStatus> {
  if (flags.local === true)
    throw usageError('--local lists deployments, and goes without an address; write stage://local/PATH');
  const address = parseStageAddress(text, 'ADDRESS');
  const root = folderPath(address);
  const around = stageSurroundings(context, flags);
  const destination = await openStageToLook(around, { address, root, concurrency: LOOK_AHEAD });
  let status: ExitStatus = EXIT.clean;
  try {
    for await (const entries of listEntries(destination, {
      path: address.path,
      recursive: flags.recursive ?? false,
      signal: around.draining,
    })) {
      for (const entry of entries) {
        if (entry.kind !== 'unknown') context.out.line(flags.json ? jsonLine(entry) : textLine(entry));
        else if (entry.covers === 'subtree') {
          status = EXIT.failures;
          context.err.line(`stagesync: ${printable(entry.path)}: ${printable(entry.problem.message)}`);
        }
      }
      if (context.out.closed) return EXIT.interrupted;
    }
  } finally {
    await destination.close();
  }
  return status;
}

interface ListedPath extends CallOptions {
  readonly path: string;
  readonly recursive: boolean;
}

async function* listEntries(
  destination: Destination,
  { path, recursive, signal }: ListedPath,
): AsyncGenerator<readonly DestinationEntry[], void> {
  const call = { signal };
  const list = (folder: RelPath) => destination.listFolder(destination.root + folder, call);
  const top = await list('');
  if (top !== undefined) {
    if (!recursive) yield* entryPages('', top, NOTHING_HIDDEN);
    else
      yield* walkDestination(top, {
        list,
        filter: NOTHING_HIDDEN,
        words: destination.words,
        lookAhead: LOOK_AHEAD,
      });
    return;
  }
  const file = path.endsWith('/') ? undefined : await destination.stat(path, call);
  if (file === undefined)
    throw new SyncError('stage_not_found', `there is nothing at ${printable(path)} on this Stage`, {
      verdict: 'end_run',
    });
  yield [{ kind: 'file', path: path.slice(path.lastIndexOf('/') + 1), ...file }];
}

type Shown = Exclude<DestinationEntry, { kind: 'unknown' }>;

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

const textLine = (entry: Shown): string => {
  const [size, time] = entry.kind === 'file' ? [String(entry.size), iso(entry.modifiedMs)] : [];
  return `${(size ?? '-').padStart(12)}  ${(time ?? '-').padEnd(24)}  ${printable(entry.path)}`;
};

const jsonLine = (entry: Shown): string =>
  JSON.stringify(
    entry.kind === 'file'
      ? { kind: 'file', path: entry.path, size: entry.size, modified: iso(entry.modifiedMs) ?? null }
      : { kind: 'folder', path: entry.path },
  );
