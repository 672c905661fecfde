import { homedir } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { isSyncError, SyncError } from '../model/errors.ts';
import { emptyReport, type EventListener, type Outcome, type Report } from '../model/events.ts';
import { PASS_DEFAULTS } from '../sync/pass-defaults.ts';
import type { Authority } from './authority.ts';
import { createJob, type JobInput } from './create-job.ts';
import { readEnvironment } from './environment.ts';
import { openJob } from './open-job.ts';
import { surroundingsOf, type Guards, type Surroundings } from './surroundings.ts';

/** What any call of a program says of its surroundings. */
export type CallOptions = Pick<
  SyncOptions,
  | 'authority'
  | 'guards'
  | 'environment'
  | 'folder'
  | 'stateFolder'
  | 'ledgerCopy'
  | 'dryRun'
  | 'draining'
  | 'signal'
>;

export interface SyncOptions extends JobInput {
  /** What authorises requests, and where they go; what it does not say comes from the environment. */
  readonly authority?: Partial<Authority> | undefined;
  readonly guards?: Partial<Guards> | undefined;
  /** Variables with the names that the command line reads; by default those of the process. With `{}` none counts. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Where relative paths begin; by default the current folder of the process. */
  readonly folder?: string | undefined;
  /** The folder of the ledgers; by default that of the command line, so that both know what the other did. */
  readonly stateFolder?: string | undefined;
  /**
   * Where the ledger is fetched from before the sync, and put back after it: a directory, or `s3://BUCKET/PREFIX`. For machines
   * whose disk is gone after each run.
   */
  readonly ledgerCopy?: string | undefined;
  /** Nothing is changed or remembered; the actions come as `planned` events. */
  readonly dryRun?: boolean | undefined;
  /** Aborted: nothing new is begun, and what is in flight is finished and recorded. */
  readonly draining?: AbortSignal | undefined;
  /** Aborted: the sync stops at once. The next one goes on from there. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of all that happens, the report last. It must not throw. */
  readonly onEvent?: EventListener | undefined;
}

export interface SyncResult {
  readonly report: Report;
  /** The error that ended the sync early, or kept it from beginning. */
  readonly error: SyncError | undefined;
}

/**
 * Makes `to` equal to `from`, once, as `stagesync sync` does, and closes all it opened. Always resolves with a report and
 * what ended it early; rejects only on a mistake in a program.
 */
export async function sync(options: SyncOptions): Promise<SyncResult> {
  const { onEvent = () => undefined } = options;
  const around = surroundingsFor(options);
  try {
    await using opened = new AsyncDisposableStack();
    const pair = await openJob(opened, createJob(options, around.folder), around);
    const { report, error } = await pair.run({ onEvent });
    return { report, error };
  } catch (thrown) {
    const error = around.draining.aborted ? interrupted(thrown) : thrown;
    if (!isSyncError(error)) throw error;
    const report = { ...emptyReport(outcomeOf(error)), dryRun: around.dryRun };
    try {
      onEvent(report);
    } catch {
      // a listener that throws is ignored, as in a pass
    }
    return { report, error };
  }
}

const interrupted = (cause: unknown): SyncError =>
  new SyncError('interrupted', 'interrupted before anything was done', { verdict: 'end_run', cause });

/** The surroundings of a call that a program makes. */
export function surroundingsFor(options: CallOptions): Surroundings {
  const { authority = {}, guards = {}, dryRun = false, stateFolder, folder = process.cwd() } = options;
  const variables = options.environment ?? process.env;
  const environment = readEnvironment(variables, variables['HOME'] ?? homedir());
  const given = [options.draining, options.signal].filter((each) => each !== undefined);
  return surroundingsOf({
    environment:
      stateFolder === undefined ? environment : { ...environment, stateFolder: resolve(stateFolder) },
    folder: resolve(folder),
    pid: process.pid,
    command: 'a program',
    authority: { stage: authority.stage ?? {}, s3: authority.s3 ?? {} },
    guards: {
      maxDelete: guards.maxDelete ?? PASS_DEFAULTS.maxDelete,
      force: guards.force ?? PASS_DEFAULTS.force,
    },
    dryRun,
    ledgerCopy: options.ledgerCopy,
    // a sync that is to stop at once begins nothing new either
    draining: AbortSignal.any(given),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
}

/** What a sync that could not begin counts as. */
function outcomeOf({ code }: SyncError): Outcome {
  if (code === 'interrupted') return 'interrupted';
  return code === 'locked' ? 'refused' : 'failures';
}
