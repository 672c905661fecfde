import { dirname } from 'node:path';
import { folderPath, parsePlace, type PlaceAddress } from '../../../../jobs/addresses.ts';
import { openStageToLook } from '../../../../jobs/ends/open-stage-to-look.ts';
import { listPlace, type ShownEntry } from '../../../../jobs/ends/list-place.ts';
import type { LoadSettings } from '../../../../jobs/job.ts';
import { openPipelines } from '../../../../jobs/load/open-pipelines.ts';
import type { Surroundings } from '../../../../jobs/surroundings.ts';
import { configError, usageError } from '../../../../jobs/usage-errors.ts';
import type { JobsFile, NamedJob } from '../../../../jobs-file/jobs-file.ts';
import { surroundingsOfJob } from '../../../../jobs-file/surroundings-of-job.ts';
import {
  fileRows,
  LoadSums,
  type FileRow,
  type FileState,
  type LoadTotal,
} from '../../../../load/loaded-files.ts';
import type { RelPath } from '../../../../model/path.ts';
import type { PipelineInfo, Pipelines } from '../../../../model/pipelines.ts';
import { printable } from '../../../../model/printable.ts';
import { mayRead } from '../../../../sync/load/pipeline-pattern.ts';
import type { Context } from '../../../context.ts';
import { EXIT, worstStatus, type ExitStatus } from '../../../exit-status.ts';
import type { SqlFlags, StageFlags } from '../../../flags/authority-flags.ts';
import type { JobFlags } from '../../../flags/job-flags.ts';
import { openJobsFile, openNamedJob } from '../../../open-jobs-file.ts';
import { lookingSurroundings } from '../../../surroundings.ts';
import { fileLines, pipelineLine, totalLines } from './load-status-text.ts';

/** The flags of `stagesync load status`. */
export interface LoadStatusFlags extends StageFlags, SqlFlags {
  readonly state?: FileState;
  readonly json?: true;
  readonly file?: string;
}

/** One place whose files are looked at. */
interface Shown {
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

function placesOf(context: Context, text: string | undefined, flags: Flags): Shown[] {
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

function stageIn(text: string, { host }: Context): Shown['address'] {
  const address = parsePlace(text, 'ADDRESS', host.cwd);
  if (address.kind === 'stage') return address;
  throw usageError(
    `pipelines load from a Stage, and ${printable(text)} is none: give stage://DEPLOYMENT/PATH`,
  );
}

/** Files whose states are asked for at once. */
const PAGE = 2000;

async function showOne(context: Context, shown: Shown, flags: Flags): Promise<ExitStatus> {
  const { around, address, load, text, job } = shown;
  const call = { signal: around.draining };
  await using opened = new AsyncDisposableStack();
  const pipelines = openPipelines(around, { address, load, tell: around.tell });
  opened.defer(() => pipelines.close());
  const print = printer(context, flags, { job, pipeline: load.pipeline });
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

type ShownFile = Extract<ShownEntry, { kind: 'file' }>;

/** Files of a listing in pages of one question each. */
async function* pagesOf(
  listing: AsyncIterable<readonly ShownEntry[]>,
  onUnknown: (entry: Extract<ShownEntry, { kind: 'unknown' }>) => void,
): AsyncGenerator<readonly ShownFile[]> {
  let page: ShownFile[] = [];
  for await (const entries of listing)
    for (const entry of entries) {
      if (entry.kind === 'unknown') onUnknown(entry);
      if (entry.kind === 'file') page.push(entry);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
  if (page.length > 0) yield page;
}

/** The folder whose files are listed: an address may be that of one file, whose entry then is its last name. */
async function rootOf(
  address: Shown['address'],
  page: readonly ShownFile[],
  around: Surroundings,
): Promise<RelPath> {
  const { path } = address;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === '' || page.length !== 1 || page[0]?.path !== name) return folderPath(address);
  // the file itself, or a folder with a file of its own name
  const stage = await openStageToLook(around, { address, root: '', concurrency: 1 });
  try {
    const isFile = (await stage.stat(path, { signal: around.draining })) !== undefined;
    return isFile ? path.slice(0, path.length - name.length) : folderPath(address);
  } finally {
    await stage.close();
  }
}

async function rowsOf(
  page: readonly ShownFile[],
  {
    root,
    pipelines,
    infos,
    call,
  }: {
    readonly root: RelPath;
    readonly pipelines: Pipelines;
    readonly infos: readonly PipelineInfo[];
    readonly call: { readonly signal: AbortSignal };
  },
): Promise<FileRow[][]> {
  const states = await pipelines.states(
    page.map(({ path }) => root + path),
    call,
  );
  return page.map(({ path, size, modifiedMs }) => {
    const full = root + path;
    const readers = infos.filter((info) => mayRead(info, full)).map(({ pipeline }) => pipeline);
    // a database without a pipeline may get one
    const mayBeRead = infos.length === 0 || readers.length > 0;
    const file = { path: full, size, sinceMs: modifiedMs };
    return fileRows(file, states.get(full) ?? [], { readers, mayBeRead });
  });
}

/** What is printed, as lines for people or as JSON. */
function printer(
  { out, host }: Context,
  { json, state }: Flags,
  { job, pipeline }: { readonly job: string | undefined; readonly pipeline: string | undefined },
) {
  const { stdout } = host;
  const nowMs = Date.now();
  const columns = (stdout as { readonly columns?: number }).columns;
  const width = stdout.isTTY === true ? (columns ?? 80) : undefined;
  const name = job === undefined ? {} : { job };
  const line = (value: object): void => out.line(JSON.stringify(value));
  const iso = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms).toISOString();
  if (json === true)
    return {
      pipelines: (all: readonly object[]): void => {
        for (const each of all) line({ kind: 'pipeline', ...name, ...each });
      },
      file: ({ sinceMs, error, ...row }: FileRow): void =>
        line({
          kind: 'file',
          ...name,
          ...row,
          since: iso(sinceMs),
          ...(error !== undefined && { error: { ...error, at: iso(error.atMs), atMs: undefined } }),
        }),
      total: ({ oldest, ...counts }: LoadSums['total']): void =>
        line({
          kind: 'total',
          ...name,
          ...counts,
          ...(oldest !== undefined && { oldest: { path: oldest.path, since: iso(oldest.sinceMs) } }),
        }),
    };
  return {
    pipelines: (all: readonly PipelineInfo[]): void => {
      if (job !== undefined) out.line(printable(job));
      for (const each of all) out.line(pipelineLine(each));
      if (all.length === 0) out.line('the database has no pipeline that reads a Stage');
    },
    file: (row: FileRow): void => {
      for (const each of fileLines(row, { nowMs, width, pipeline })) out.line(each);
    },
    total: (total: LoadSums['total']): void => {
      for (const each of totalLines(total, { nowMs, pipeline })) out.line(each);
      if (state !== undefined && total.files > 0) out.line(`shown: those that are ${state}`);
    },
  };
}
