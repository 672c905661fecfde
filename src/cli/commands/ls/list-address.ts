import { parsePlace } from '../../../jobs/addresses.ts';
import { listPlace, type ShownEntry } from '../../../jobs/ends/list-place.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { bytes, counted } from '../../output/quantities.ts';
import { lookingSurroundings } from '../../surroundings.ts';
import { entryLines } from './entry-lines.ts';
import type { LsFlags } from './ls-flags.ts';

/**
 * `stagesync ls ADDRESS`. Resolves with the exit status; a folder that cannot be listed, or a file that could not be synced,
 * is reported and makes it 3.
 */
export async function listAddress(
  context: Context,
  text: string,
  flags: LsFlags & { readonly job: JobFlags },
): Promise<ExitStatus> {
  checkFlags(flags);
  const { host, out, err } = context;
  const around = lookingSurroundings(context, flags, 'ls');
  const onTerminal = host.stdout.isTTY === true;
  const isTree = flags.tree === true;
  const line = entryLines({
    json: flags.json,
    isTree,
    forPeople: onTerminal && flags.bytes !== true,
    isTerminal: onTerminal,
  });
  const total = { files: 0, folders: 0, bytes: 0 };
  let status: ExitStatus = EXIT.clean;
  await using opened = new AsyncDisposableStack();
  const listing = listPlace(opened, parsePlace(text, 'ADDRESS', host.cwd), around, {
    recursive: flags.recursive === true || isTree,
    text,
    concurrency: flags.job.pace.concurrency,
    maxWaitMs: flags.job.pace.maxWait,
  });
  for await (const entries of await inOrder(listing, flags.sort, opened)) {
    for (const entry of entries) {
      if (entry.kind === 'unknown') {
        if (entry.problem.severity === 'failure') status = EXIT.failures;
        err.line(`stagesync: ${printable(entry.path)}: ${printable(entry.problem.message)}`);
        continue;
      }
      total[entry.kind === 'file' ? 'files' : 'folders']++;
      if (entry.kind === 'file') total.bytes += entry.size;
      out.line(line(entry));
    }
    if (out.closed) return EXIT.interrupted;
  }
  if (flags.total === true || (onTerminal && flags.json !== true))
    out.line(
      flags.json === true
        ? JSON.stringify({ kind: 'total', ...total })
        : `${counted(total.files, 'file')}, ${counted(total.folders, 'folder')}, ${onTerminal && flags.bytes !== true ? bytes(total.bytes) : counted(total.bytes, 'byte')}`,
    );
  return status;
}

function checkFlags(flags: LsFlags): void {
  if (flags.local === true)
    throw usageError('--local lists deployments, and goes without an address; write stage://local/PATH');
  if (flags.tree === true && flags.json === true)
    throw usageError('--tree is for people and --json for programs: give one of the two');
  if (flags.tree === true && flags.sort !== undefined && flags.sort !== 'name')
    throw usageError(`--tree shows folders with what is in them, so it goes with --sort name alone`);
}

type Listing = AsyncIterable<readonly ShownEntry[]>;

/** A listing comes by name; another order needs all of it first, which waits in a file, not in memory. */
async function inOrder(
  listing: Listing,
  sort: LsFlags['sort'],
  opened: AsyncDisposableStack,
): Promise<Listing> {
  if (sort === undefined || sort === 'name') return listing;
  const { sortedListing } = await import('./sorted-listing.ts');
  return sortedListing(listing, sort, opened);
}
