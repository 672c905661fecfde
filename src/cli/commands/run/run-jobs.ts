import { requireTrust, surroundingsOfJob } from '../../../jobs-file/surroundings-of-job.ts';
import type { NamedJob } from '../../../jobs-file/jobs-file.ts';
import type { Guards } from '../../../jobs/surroundings.ts';
import { errorData, isSyncError, messageOf } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { PASS_DEFAULTS } from '../../../sync/pass-defaults.ts';
import type { PassResult } from '../../../sync/pass-options.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfError, worstStatus, type ExitStatus } from '../../exit-status.ts';
import { authorityFrom, type S3Flags, type StageFlags } from '../../flags/authority-flags.ts';
import type { FileFlag } from '../../flags/file-flag.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import type { OutputFlags } from '../../flags/output-flags.ts';
import { jobWithFlags } from '../../job-with-flags.ts';
import { jobsNamed, openJobsFile, type OpenJobsFile } from '../../open-jobs-file.ts';
import { failedReport } from '../../output/json.ts';
import { runJob } from '../../run-job.ts';
import { jobSurroundings } from '../../surroundings.ts';
import { summaryLines, summaryObject, type JobResult } from './summary.ts';

/** The flags of `stagesync run` besides those of the jobs. */
export interface RunFlags extends FileFlag, OutputFlags, StageFlags, S3Flags {
  readonly parallel?: true;
  readonly explainConfig?: true;
  readonly dryRun?: true;
  readonly maxDelete?: Guards['maxDelete'];
  readonly force: Guards['force'];
}

type Flags = RunFlags & { readonly job: JobFlags };

/** Jobs at the same time with --parallel. */
const SIDE_BY_SIDE = 8;

/** `stagesync run`. Resolves with the worst status of its jobs; rejects where the file, or a name, is of no use. */
export async function runJobs(context: Context, names: readonly string[], flags: Flags): Promise<ExitStatus> {
  let results: readonly JobResult[];
  try {
    const opened = openJobsFile(context, flags.file);
    const jobs = jobsNamed(opened.file, names);
    if (flags.explainConfig === true) {
      const { explainConfig } = await import('./explain-config.ts');
      explainConfig(context, opened, jobs, { ...flags, authority: authorityFrom(flags) });
      return EXIT.clean;
    }
    requireTrust(opened.file, jobs);
    results = await new Runs(context, opened, jobs, flags).all();
  } catch (error) {
    if (flags.json === true)
      context.out.line(
        JSON.stringify({ ...summaryObject([]), outcome: 'failures', error: errorData(error) }),
      );
    throw error;
  }
  if (flags.json === true) context.out.line(JSON.stringify(summaryObject(results)));
  else if (results.length !== 1)
    for (const line of summaryLines(results, { quiet: flags.quiet === true })) context.out.line(line);
  return worstStatus(results.map(({ status }) => status));
}

class Runs {
  readonly #context: Context;
  readonly #opened: OpenJobsFile;
  readonly #jobs: readonly NamedJob[];
  readonly #flags: Flags;
  readonly #results = new Map<NamedJob, JobResult>();
  #failed = false;

  constructor(context: Context, opened: OpenJobsFile, jobs: readonly NamedJob[], flags: Flags) {
    this.#context = context;
    this.#opened = opened;
    this.#jobs = jobs;
    this.#flags = flags;
  }

  /** Runs the jobs; resolves with what came of each, in the order of the file. */
  async all(): Promise<readonly JobResult[]> {
    const waiting = this.#jobs.values();
    const worker = async (): Promise<void> => {
      for (const job of waiting) if (this.#mayBegin) this.#results.set(job, await this.#run(job));
    };
    const workers = this.#flags.parallel === true ? Math.min(SIDE_BY_SIDE, this.#jobs.length) : 1;
    await Promise.all(Array.from({ length: workers }, worker));
    return this.#jobs.map((job) => this.#results.get(job) ?? this.#notBegun(job));
  }

  get #mayBegin(): boolean {
    return !this.#context.stop.draining.aborted && !(this.#failed && this.#flags.job.what.failFast);
  }

  /** A job that was to run and did not is no success: after a stop it was interrupted, else refused by --fail-fast. */
  #notBegun({ name }: NamedJob): JobResult {
    const { stop } = this.#context;
    const status = stop.draining.aborted ? statusOfError('interrupted', stop.stoppedBy) : EXIT.clean;
    return { name, status, report: undefined, error: undefined };
  }

  async #run(named: NamedJob): Promise<JobResult> {
    const { name } = named;
    const flags = this.#flags;
    let result: PassResult | undefined;
    try {
      const status = await runJob(
        this.#context,
        jobWithFlags(this.#context, named.job, flags.job),
        this.#surroundings(named),
        {
          // several live displays would write over each other
          output: { ...flags, progress: flags.progress && flags.parallel !== true },
          job: { name, isAlone: this.#jobs.length === 1 },
          onResult: (each) => void (result = each),
        },
      );
      this.#failed ||= status !== EXIT.clean;
      return { name, status, report: result?.report, error: result?.error };
    } catch (error) {
      this.#failed = true;
      return this.#failedEarly(name, error);
    }
  }

  #surroundings(named: NamedJob) {
    const { maxDelete, force, dryRun = false } = this.#flags;
    const around = jobSurroundings(this.#context, this.#flags, {
      command: 'stagesync run',
      guards: { maxDelete: maxDelete ?? PASS_DEFAULTS.maxDelete, force },
      dryRun,
    });
    const inFile = surroundingsOfJob(this.#opened.file, named, around);
    return maxDelete === undefined ? inFile : { ...inFile, guards: around.guards };
  }

  /** The run failed before its pass began: the other jobs are not concerned. */
  #failedEarly(name: string, thrown: unknown): JobResult {
    const { out, err, stop, environment } = this.#context;
    const isKnown = isSyncError(thrown);
    const begin = this.#jobs.length === 1 ? '' : `${name}: `;
    err.line(`stagesync: ${printable(`${begin}${isKnown ? '' : 'unexpected: '}${messageOf(thrown)}`)}`);
    if (!isKnown && environment.debug && thrown instanceof Error) err.line(thrown.stack ?? '');
    if (this.#flags.json === true) out.line(failedReport(thrown, name));
    const status = isKnown ? statusOfError(thrown.code, stop.stoppedBy) : EXIT.unexpected;
    return { name, status, report: undefined, error: thrown };
  }
}
