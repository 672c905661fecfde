import type { Context, Display, ReaderFlags } from '../context.ts';
import { jsonReader } from './json.ts';
import { openProgress } from './progress/open-progress.ts';
import type { ProgressState } from './progress/progress-state.ts';
import { ProgressTracker } from './progress/progress-tracker.ts';
import { count, counted } from './quantities.ts';
import { underWayText } from './progress/text/under-way-text.ts';
import { printable } from '../../model/printable.ts';
import type { Reader } from './reader.ts';
import { textReader } from './text.ts';

type ReaderContext = Pick<Context, 'host' | 'out' | 'err' | 'environment' | 'stop'>;

/**
 * The reader that shows a run as the flags ask. Results go to stdout and the rest to stderr; with --json, events go
 * to stdout and all text to stderr, as with `textAside`. The live display is for a person at a terminal only; a log gets
 * a line now and then.
 */
export async function openReader(context: ReaderContext, flags: ReaderFlags): Promise<Reader> {
  const { out, err, stop } = context;
  const { job } = flags;
  const named = (line: string): string =>
    job === undefined || job.isAlone ? line : `${printable(job.name)}: ${line}`;
  const tracker = new ProgressTracker(Date.now, () => stop.draining.aborted);
  const release = stop.describe(() => {
    const left = underWayText(tracker.underWay) ?? doneText(tracker.state());
    return left === undefined ? undefined : named(left);
  });
  const display = await displayOf(context, flags, tracker);
  const end = (): void => {
    display.stop();
    release();
  };
  const results = flags.json === true || flags.textAside ? err : out;
  const text = textReader({
    verbose: flags.verbose ?? false,
    quiet: flags.quiet ?? false,
    result: (line) => results.line(named(line)),
    notice: (line) => err.line(named(line)),
  });
  const json = flags.json ? jsonReader(out, job?.name) : undefined;

  return {
    onEvent(event) {
      json?.onEvent(event);
      tracker.onEvent(event);
      text.onEvent(event);
    },
    finish(report, error) {
      end();
      text.finish(report, error);
      json?.finish(report, error);
    },
    abandon: end,
  };
}

/** What a stop leaves, where nothing tells of a file under way: those of a queue's workers, and downloads that are asked for. */
const doneText = ({ files, totalFiles, areTotalsKnown }: ProgressState): string | undefined =>
  areTotalsKnown && totalFiles > 0
    ? `what is in flight, ${count(files)} of ${counted(totalFiles, 'file')} done`
    : undefined;

/** Its own, or its place in that of several jobs. */
async function displayOf(
  context: ReaderContext,
  flags: ReaderFlags,
  tracker: ProgressTracker,
): Promise<Display> {
  if (flags.jobs !== undefined && flags.job !== undefined)
    return flags.jobs.join(flags.job.name, () => tracker.state());
  return openProgress(context, flags, () => tracker.state());
}
