import type { Context } from '../context.ts';
import type { OutputFlags } from '../flags/output-flags.ts';
import { jsonReader } from './json.ts';
import { canBeLive } from './live/can-be-live.ts';
import { writePeriodicLines } from './progress/periodic-lines.ts';
import { ProgressTracker } from './progress/progress-tracker.ts';
import { styleFor } from './progress/style.ts';
import { underWayText } from './progress/under-way-text.ts';
import { printable } from '../../model/printable.ts';
import type { Reader, RunName } from './reader.ts';
import { textReader } from './text.ts';

type ReaderFlags = OutputFlags & { readonly textAside: boolean; readonly job?: RunName | undefined };
type ReaderContext = Pick<Context, 'host' | 'out' | 'err' | 'environment' | 'stop'>;

/** What is shown while a run works, apart from its lines. */
interface Display {
  /** Writes a line over the display. Absent where lines need no care. */
  readonly above?: ((line: string) => void) | undefined;
  stop(): void;
}

/**
 * The reader that shows a run as the flags ask. Results go to stdout and the rest to stderr; with --json, events go
 * to stdout and all text to stderr, as with `textAside`. The live display is for a person at a terminal only; a log gets
 * a line now and then.
 */
export async function openReader(context: ReaderContext, flags: ReaderFlags): Promise<Reader> {
  const { host, out, err, stop } = context;
  const { job } = flags;
  const named = (line: string): string =>
    job === undefined || job.isAlone ? line : `${printable(job.name)}: ${line}`;
  const tracker = new ProgressTracker(Date.now, () => stop.draining.aborted);
  const release = stop.describe(() => underWayText(tracker.underWay));
  const display = await openDisplay(context, flags, tracker, named);
  let over = false;
  const end = (): void => {
    display.stop();
    release();
    over = true;
  };
  // text for the terminal that the display is on must pass through the display
  const toStderr = flags.json === true || flags.textAside;
  const onDisplay = toStderr || host.stdout.isTTY === true;
  const result = (line: string): void => {
    if (display.above !== undefined && !over && onDisplay) display.above(named(line));
    else (toStderr ? err : out).line(named(line));
  };
  const text = textReader({
    verbose: flags.verbose ?? false,
    quiet: flags.quiet ?? false,
    result,
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

async function openDisplay(
  context: ReaderContext,
  flags: ReaderFlags,
  tracker: ProgressTracker,
  named: (line: string) => string,
): Promise<Display> {
  const { host, err } = context;
  const state = (): ReturnType<ProgressTracker['state']> => tracker.state();
  if (!flags.progress || flags.quiet === true) return { stop: () => undefined };
  if (!canBeLive(context, flags) || (host.stderr.columns ?? 0) === 0)
    return { stop: writePeriodicLines(state, (line) => err.line(named(line))) };
  const { LiveProgress } = await import('./progress/live-progress.ts');
  const live = new LiveProgress({ stream: host.stderr, style: styleFor(host.stderr, host.env), state });
  const above = (line: string): void => live.above(line);
  const restore = err.divert(above);
  return {
    above,
    stop: () => {
      live.stop();
      restore();
    },
  };
}
