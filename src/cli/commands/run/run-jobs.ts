import { dirname } from 'node:path';
import { NoticesOfJobs } from '../../../daemon/notify/notices-of-jobs.ts';
import { requireTrust } from '../../../jobs-file/surroundings-of-job.ts';
import type { NamedJob } from '../../../jobs-file/jobs-file.ts';
import type { Guards } from '../../../jobs/surroundings.ts';
import { isSyncError, messageOf } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { systemClock } from '../../../sync/clock.ts';
import { PASS_DEFAULTS } from '../../../sync/pass-defaults.ts';
import type { PassResult } from '../../../sync/pass-options.ts';
import type { QueueFlag } from '../../flags/cluster/queue-flag.ts';
import type { Context, SharedDisplay } from '../../context.ts';
import { EXIT, statusOfError, worstStatus, type ExitStatus } from '../../exit-status.ts';
import { authorityFrom, type S3Flags, type StageFlags } from '../../flags/authority-flags.ts';
import type { FileFlags } from '../../jobs-file.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import { ledgerCopyFrom, type LedgerCopyFlag } from '../../flags/ledger-copy-flag.ts';
import type { OutputFlags } from '../../flags/output-flags.ts';
import { jobWithFlags, surroundingsWithFlags } from '../../job-with-flags.ts';
import { jobsNamed } from '../../jobs-file.ts';
import { openJobsFile, type OpenJobsFile } from '../../open-jobs-file.ts';
import { failedReport } from '../../output/json.ts';
import { runJob } from '../../run-job.ts';
import { reportText } from '../../output/report-text.ts';
import { transferWords, type TransferWords } from '../../../model/transfer-words.ts';
import { statusOfRun } from '../../ask-daemon.ts';
import { askDaemon, type AskedDaemon } from '../../../daemon/control/ask-daemon.ts';
import type { RunSummary } from '../../../daemon/view/daemon-view.ts';
import { jobSurroundings } from '../../surroundings.ts';
import { failedSummary, summaryLines, summaryObject, type JobResult } from './summary.ts';

/** The flags of `stagesync run` besides those of the jobs. */
export interface RunFlags extends QueueFlag, FileFlags, OutputFlags, LedgerCopyFlag, StageFlags, S3Flags {
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
      explainConfig(context, opened, jobs, {
        ...flags,
        withFlags: (job) => jobWithFlags(job, flags.job, context.host.cwd),
        authority: authorityFrom(flags),
      });
      return EXIT.clean;
    }
    requireTrust(opened.file, jobs);
    results = await new Runs(context, opened, jobs, flags).all();
  } catch (error) {
    if (flags.json === true) context.out.line(JSON.stringify(failedSummary(error)));
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
  readonly #notices: NoticesOfJobs;
  /** Of several jobs; one alone has its own. */
  #display: SharedDisplay | undefined;
  #failed = false;

  constructor(context: Context, opened: OpenJobsFile, jobs: readonly NamedJob[], flags: Flags) {
    this.#context = context;
    this.#opened = opened;
    this.#jobs = jobs;
    this.#flags = flags;
    const { host, environment, err } = context;
    this.#notices = new NoticesOfJobs({
      stateFolder: environment.stateFolder,
      clock: systemClock,
      proxy: environment.proxy,
      folder: dirname(opened.file.path),
      env: host.env,
      onTrouble: (job, message) => err.line(`stagesync: ${printable(`${job}: ${message}`)}`),
    });
  }

  /** Runs the jobs; resolves with what came of each, in the order of the file. */
  async all(): Promise<readonly JobResult[]> {
    const waiting = this.#jobs.values();
    const worker = async (): Promise<void> => {
      for (const job of waiting) {
        if (!this.#mayBegin) continue;
        this.#results.set(job, await this.#run(job));
        this.#display?.over();
      }
    };
    const workers = this.#flags.parallel === true ? Math.min(SIDE_BY_SIDE, this.#jobs.length) : 1;
    const total = this.#jobs.length;
    if (total > 1) this.#display = await this.#context.openJobsDisplay(this.#flags, { total });
    try {
      await Promise.all(Array.from({ length: workers }, worker));
    } finally {
      this.#display?.close();
    }
    await this.#notices.close();
    return this.#jobs.map((job) => this.#results.get(job) ?? this.#notBegun(job));
  }

  get #mayBegin(): boolean {
    return !this.#context.stop.draining.aborted && !(this.#failed && this.#flags.job.what.failFast);
  }

  /** A job that was to run and did not is no success: after a stop it was interrupted, else refused by --fail-fast. */
  #notBegun({ name, job }: NamedJob): JobResult {
    const { stop } = this.#context;
    const status = stop.draining.aborted ? statusOfError('interrupted', stop.stoppedBy) : EXIT.clean;
    return { name, words: transferWords(job.to), status, report: undefined, error: undefined };
  }

  async #run(named: NamedJob): Promise<JobResult> {
    const { name } = named;
    const flags = this.#flags;
    let result: PassResult | undefined;
    try {
      const byDaemon = await this.#askDaemon(named);
      if (byDaemon !== undefined) return byDaemon;
      const status = await runJob(
        this.#context,
        jobWithFlags(named.job, flags.job, this.#context.host.cwd),
        this.#surroundings(named),
        {
          output: flags,
          jobs: this.#display,
          job: { name, isAlone: this.#jobs.length === 1 },
          onResult: (each) => {
            result = each;
            if (each.run !== undefined) this.#notices.runEnded(named, endedAs(each, each.run));
          },
        },
      );
      this.#failed ||= status !== EXIT.clean;
      const words = transferWords(named.job.to);
      return { name, words, status, report: result?.report, error: result?.error };
    } catch (error) {
      this.#failed = true;
      if (this.#flags.dryRun !== true) this.#notices.runFailed(named, 'command', error);
      return this.#failedEarly(named, error);
    }
  }

  /** A daemon that holds the job makes the run; it does not know what flags ask for besides the file. */
  async #askDaemon({ name, job }: NamedJob): Promise<JobResult | undefined> {
    const { environment, stop } = this.#context;
    if (this.#isChanged) return undefined;
    const place = {
      stateFolder: environment.stateFolder,
      file: this.#opened.file.path,
      signal: stop.draining,
    };
    const run = await runByDaemon(place, name);
    if (run === undefined) return undefined;
    const status = statusOfRun(this.#context, run);
    this.#failed ||= status !== EXIT.clean;
    const words = transferWords(job.to);
    this.#showRun(name, run, words);
    return { name, words, status, report: run.report, error: run.error };
  }

  /** Whether flags ask for something else than the file does. */
  get #isChanged(): boolean {
    const { job, dryRun, maxDelete, force, ledgerCopy, budget, queue } = this.#flags;
    const settings =
      Object.keys(job.typed.what ?? {}).length +
      Object.keys(job.typed.pace ?? {}).length +
      job.filters.length;
    const { stage, s3 } = authorityFrom(this.#flags);
    const authority = [...Object.values(stage), ...Object.values(s3)] as readonly unknown[];
    // signing is what a command line asks for that says nothing
    const ends = authority.some((value) => value !== undefined && value !== true);
    return (
      ledgerCopy !== undefined ||
      budget !== undefined ||
      queue !== undefined ||
      dryRun === true ||
      maxDelete !== undefined ||
      force.size > 0 ||
      settings > 0 ||
      ends
    );
  }

  #showRun(name: string, run: RunSummary, words: TransferWords): void {
    const { out } = this.#context;
    if (this.#flags.json === true) return out.line(JSON.stringify({ job: name, ...run.report, run: run.id }));
    if (this.#flags.quiet === true) return;
    const begin = this.#jobs.length === 1 ? '' : `${name}: `;
    out.line(printable(`${begin}run by the daemon of this file (run ${run.id})`));
    for (const line of reportText(run.report, [], undefined, undefined, words))
      out.line(`${printable(begin)}${line}`);
  }

  #surroundings(named: NamedJob) {
    const { maxDelete, force, dryRun = false } = this.#flags;
    const around = jobSurroundings(this.#context, this.#flags, {
      command: 'stagesync run',
      guards: { maxDelete: maxDelete ?? PASS_DEFAULTS.maxDelete, force },
      dryRun,
      ledgerCopy: ledgerCopyFrom(this.#flags, this.#context.host),
    });
    const ofFile = surroundingsWithFlags(this.#opened.file, named, { around, maxDelete });
    return { ...ofFile, historyMs: named.historyMs };
  }

  /** The run failed before its pass began: the other jobs are not concerned. */
  #failedEarly({ name, job }: NamedJob, thrown: unknown): JobResult {
    const { out, err, stop, environment } = this.#context;
    const isKnown = isSyncError(thrown);
    const begin = this.#jobs.length === 1 ? '' : `${name}: `;
    err.line(`stagesync: ${printable(`${begin}${isKnown ? '' : 'unexpected: '}${messageOf(thrown)}`)}`);
    if (!isKnown && environment.debug && thrown instanceof Error) err.line(thrown.stack ?? '');
    if (this.#flags.json === true) out.line(failedReport(thrown, name));
    const status = isKnown ? statusOfError(thrown.code, stop.stoppedBy) : EXIT.unexpected;
    return { name, words: transferWords(job.to), status, report: undefined, error: thrown };
  }
}

/** The run of a daemon; undefined where none runs, or it has not this job, because it was started for others. */
async function runByDaemon(place: AskedDaemon, job: string): Promise<RunSummary | undefined> {
  try {
    return await askDaemon(place, { ask: 'run', job });
  } catch (error) {
    if (isSyncError(error) && error.code === 'usage') return undefined;
    throw error;
  }
}

/** The run as it is told of: its ledger may have been put back, or not, after it was remembered. */
const endedAs = ({ report, error }: PassResult, run: RunSummary): RunSummary => ({
  ...run,
  report,
  outcome: report.outcome,
  error: error && { code: error.code, message: messageOf(error) },
});
