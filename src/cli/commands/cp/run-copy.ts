import { runCopy, type CopySettings } from '../../../jobs/files/copy.ts';
import { readRules } from '../../../jobs/filters/read-filters.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import { beforeAnything } from '../../before-anything.ts';
import type { Context } from '../../context.ts';
import { EXIT, statusOfOutcome, type ExitStatus } from '../../exit-status.ts';
import { jobSurroundings } from '../../surroundings.ts';
import type { CopyFlags } from './copy-flags.ts';
import { underWayText } from '../../output/progress/text/under-way-text.ts';
import { copyOutput } from './copy-output.ts';
import { CopyTracker } from './copy-tracker.ts';
import { spoolStdin } from './spool-stdin.ts';

export interface CopyCommand {
  readonly command: 'cp' | 'put' | 'get';
  /** SRC… DEST. */
  readonly addresses: readonly string[];
}

/** Stands for stdin as SRC. As DEST it stands for stdout, which is no copy: see the commands. */
const STREAM = '-';
/** Bytes that are taken from stdin, where no flag says otherwise. */
const SPOOL_MAX = 1024 ** 3;

/** `stagesync cp`, `put` and `get`. The status is 3 where something was not copied. */
export async function runCopyCommand(
  context: Context,
  line: CopyCommand,
  flags: CopyFlags,
): Promise<ExitStatus> {
  const { from, to } = splitAddresses(line);
  checkDirections(line.command, from, to);
  await using opened = new AsyncDisposableStack();
  const isStream = from.includes(STREAM);
  if (isStream) checkStream(from, to);
  const sources = isStream
    ? [await spoolStdin(opened, context, { most: flags.spoolMax ?? SPOOL_MAX })]
    : from;
  if (!isStream && flags.spoolMax !== undefined)
    throw usageError('--spool-max is for stdin, and no SRC is "-"');
  const around = jobSurroundings(context, flags, {
    command: line.command,
    guards: { maxDelete: { percent: 0 }, force: new Set() },
    dryRun: flags.dryRun === true,
  });
  const shown = (from: string): string => (isStream && from === sources[0] ? STREAM : from);
  const output = copyOutput(context, flags);
  const tracker = new CopyTracker(context.stop.draining);
  const release = context.stop.describe(() => underWayText(tracker.underWay));
  const display = await context.openDisplay(flags, () => tracker.state());
  try {
    const summary = await runCopy(
      {
        from: sources,
        to,
        ...settingsOf(context, flags),
        onResult(given) {
          const result = { ...given, from: shown(given.from) };
          tracker.ended(result);
          output.onResult(result);
        },
        onRead: (read) => tracker.read({ ...read, from: shown(read.from) }),
        onFound: flags.progress && flags.quiet !== true ? (found) => tracker.found(found) : undefined,
        onEvent(event) {
          tracker.onEvent(event);
          output.onEvent(event);
        },
      },
      around,
    );
    display.stop();
    output.finish(summary);
    if (summary.isInterrupted) return statusOfOutcome('interrupted', context.stop.stoppedBy);
    return summary.failed + summary.kept > 0 ? EXIT.failures : EXIT.clean;
  } catch (error) {
    // the first signal lets what is under way finish, which then has a summary
    throw context.stop.signal.aborted ? error : beforeAnything(error);
  } finally {
    display.stop();
    release();
  }
}

function settingsOf({ host }: Context, { job, ...flags }: CopyFlags): CopySettings {
  return {
    recursive: flags.recursive,
    overwrite: flags.overwrite,
    compare: flags.compare,
    atomic: flags.atomic,
    filters: readRules(job.filters, host.cwd, undefined),
    followSymlinks: job.what.followSymlinks,
    archived: job.what.archived,
    pageSize: job.pace.pageSize,
    concurrency: job.pace.concurrency,
    maxWaitMs: job.pace.maxWait,
  };
}

function splitAddresses({ command, addresses }: CopyCommand) {
  const last = addresses.at(-1)!;
  // of get, a DEST that is a Stage was left out
  if (command === 'get' && isStage(last)) return { from: addresses, to: '.' };
  if (addresses.length < 2)
    throw usageError(
      `DEST is missing: stagesync ${command} ${printable(last)} DEST. See "stagesync ${command} --help"`,
    );
  return { from: addresses.slice(0, -1), to: last };
}

const isStage = (text: string): boolean => text.startsWith('stage://');

function checkDirections(command: CopyCommand['command'], from: readonly string[], to: string): void {
  if (command === 'put') {
    const other = from.find((text) => isStage(text) || text.startsWith('s3://'));
    if (other !== undefined)
      throw usageError(
        `put copies from this machine, and ${printable(other)} is not on it: use "stagesync cp"`,
      );
    if (!isStage(to))
      throw usageError(
        `put copies to a Stage, and DEST ${printable(to)} is none: stage://DEPLOYMENT/PATH, stage:///PATH or stage://local/PATH`,
      );
  }
  if (command === 'get') {
    const other = from.find((text) => !isStage(text));
    if (other !== undefined)
      throw usageError(`get copies from a Stage, and ${printable(other)} is none: use "stagesync cp"`);
  }
}

function checkStream(from: readonly string[], to: string): void {
  if (from.length > 1) throw usageError('"-" for stdin goes alone: name one SRC');
  if (to.endsWith('/') || /^stage:\/\/[^/]*$/.test(to))
    throw usageError(
      `what comes on stdin has no name: name the file in DEST, as in ${printable(to.replace(/\/?$/, '/'))}NAME`,
    );
}
