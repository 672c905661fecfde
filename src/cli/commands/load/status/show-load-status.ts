import { dirname } from 'node:path';
import { parsePlace, type PlaceAddress } from '../../../../jobs/addresses.ts';
import { listPlace } from '../../../../jobs/ends/list-place.ts';
import type { LoadSettings } from '../../../../jobs/job.ts';
import { openPipelines } from '../../../../jobs/load/open-pipelines.ts';
import type { Surroundings } from '../../../../jobs/surroundings.ts';
import { configError, usageError } from '../../../../jobs/usage-errors.ts';
import type { JobsFile, NamedJob } from '../../../../jobs-file/jobs-file.ts';
import { surroundingsOfJob } from '../../../../jobs-file/surroundings-of-job.ts';
import { LoadSums, type FileState, type LoadTotal } from '../../../../load/loaded-files.ts';
import type { RelPath } from '../../../../model/path.ts';
import { printable } from '../../../../model/printable.ts';
import type { Context } from '../../../context.ts';
import { EXIT, worstStatus, type ExitStatus } from '../../../exit-status.ts';
import type { SqlFlags, StageFlags } from '../../../flags/authority-flags.ts';
import type { JobFlags } from '../../../flags/job-flags.ts';
import { openJobsFile, openNamedJob } from '../../../open-jobs-file.ts';
import { lookingSurroundings } from '../../../surroundings.ts';
import { pagesOf, rootOf, rowsOf } from './listed-files.ts';
import { loadStatusPrinter } from './load-status-printer.ts';

/** The flags of `stagesync load status`. */
export interface LoadStatusFlags extends StageFlags, SqlFlags {
  readonly state?: FileState;
  readonly json?: true;
  readonly file?: string;
}

/** One place whose files are looked at. */
interface LoadedPlace {
  readonly job: string | undefined;
  readonly text: string;
  readonly address: Extract<PlaceAddress, { kind: 'stage' }>;
  readonly around: Surroundings;
  readonly load: Pick<LoadSettings, 'database' | 'pipeline'>;
}

type Flags = LoadStatusFlags & { readonly job: JobFlags };

/** `stagesync load status`. Exit status 9 when something is not loaded; rejects where a listing or the database fails. */
export async function showLoadStatus(
  context: Context,
  text: string | undefined,
  flags: Flags,
): Promise<ExitStatus> {
  const statuses: ExitStatus[] = [];
  for (const shown of placesOf(context, text, flags)) {
    statuses.push(await showOne(context, shown, flags));
    if (context.out.closed) return EXIT.interrupted;
  }
  return worstStatus(statuses);
}

/** The places that a command line means: that of an address, of a job, or of all jobs that have `load`. */
function placesOf(context: Context, text: string | undefined, flags: Flags): LoadedPlace[] {
  const around = lookingSurroundings(context, flags, 'load status');
  const typed = flags.job.typed.load ?? {};
  if (text !== undefined && text.includes('://')) {
    if (flags.file !== undefined)
      throw usageError('--file names the file of a job, and ADDRESS is none: leave one of them out');
    return [{ job: undefined, text, address: stageIn(text, context), around, load: typed }];
  }
  const [file, jobs] =
    text === undefined
      ? allJobs(context, flags)
      : (({ file: read, named }) => [read, [named]] as const)(
          openNamedJob(context, { name: text, file: flags.file }),
        );
  return jobs.map((named) => ({
    job: named.name,
    text: named.job.to,
    address: stageIn(named.job.to, context),
    around: { ...withoutBucket(file, named, around), folder: dirname(file.path) },
    load: { ...named.job.load, ...typed },
  }));
}

/** The surroundings of a job whose Stage alone is looked at: what its profile says of a bucket is for its source. */
function withoutBucket(file: JobsFile, named: NamedJob, around: Surroundings): Surroundings {
  const job = { ...named.job, load: named.job.load ?? NO_SETTINGS };
  const ofJob = surroundingsOfJob(file, { ...named, job }, around);
  return { ...ofJob, authority: { ...ofJob.authority, s3: {} } };
}

const NO_SETTINGS: LoadSettings = { reload: 'warn', afterLoad: 'keep' };

function allJobs(context: Context, flags: Flags) {
  const { file, shown } = openJobsFile(context, flags.file);
  const jobs = file.jobs.filter(({ job }) => job.load !== undefined);
  if (jobs.length === 0)
    throw configError(
      `no job of ${printable(shown)} has "load": name a job, or an address as stage://DEPLOYMENT/PATH`,
    );
  return [file, jobs] as const;
}

function stageIn(text: string, { host }: Context): LoadedPlace['address'] {
  const address = parsePlace(text, 'ADDRESS', host.cwd);
  if (address.kind === 'stage') return address;
  throw usageError(
    `pipelines load from a Stage, and ${printable(text)} is none: give stage://DEPLOYMENT/PATH`,
  );
}

async function showOne(context: Context, shown: LoadedPlace, flags: Flags): Promise<ExitStatus> {
  const { around, address, load, text, job } = shown;
  const call = { signal: around.draining };
  await using opened = new AsyncDisposableStack();
  const pipelines = openPipelines(around, { address, load, tell: around.tell });
  opened.defer(() => pipelines.close());
  const print = loadStatusPrinter(context, flags, { job, pipeline: load.pipeline });
  // the database first: what is wrong with it is told before a long listing
  const infos = await pipelines.pipelines(call);
  print.pipelines(infos);
  const { concurrency, maxWait: maxWaitMs } = flags.job.pace;
  const listing = listPlace(opened, address, around, { recursive: true, text, concurrency, maxWaitMs });
  const sums = new LoadSums();
  let status: ExitStatus = EXIT.clean;
  let root: RelPath | undefined;
  for await (const page of pagesOf(listing, (entry) => {
    if (entry.problem.severity === 'failure') status = EXIT.failures;
    context.err.line(`stagesync: ${printable(entry.path)}: ${printable(entry.problem.message)}`);
  })) {
    root ??= await rootOf(address, page, around);
    for (const rows of await rowsOf(page, { root, pipelines, infos, call })) {
      sums.add(rows);
      for (const row of rows) if (flags.state === undefined || row.state === flags.state) print.file(row);
    }
    if (context.out.closed) return EXIT.interrupted;
  }
  const { total } = sums;
  print.total(total);
  return status === EXIT.clean && !isAllLoaded(total) ? EXIT.notLoaded : status;
}

/** Where a pipeline reads none of the files, its pattern or the address is more likely wrong than meant. */
const isAllLoaded = ({ files, loaded, ignored }: LoadTotal): boolean =>
  files === 0 || (loaded > 0 && loaded + ignored === files);
