import type { Context } from '../context.ts';
import type { OutputFlags } from '../flags/output-flags.ts';
import { jsonReader } from './json.ts';
import { printable } from '../../model/printable.ts';
import type { Reader, RunName } from './reader.ts';
import { textReader } from './text.ts';

/**
 * The reader that shows a run as the flags ask. Results go to stdout and the rest to stderr; with --json, events go
 * to stdout and all text to stderr, as with `textAside`. The live display is for a person at a terminal only.
 */
export async function openReader(
  { host, out, err, environment }: Pick<Context, 'host' | 'out' | 'err' | 'environment'>,
  flags: OutputFlags & { readonly textAside: boolean; readonly job?: RunName | undefined },
): Promise<Reader> {
  const live =
    flags.progress &&
    flags.quiet !== true &&
    host.stderr.isTTY === true &&
    (host.stderr.columns ?? 0) > 0 &&
    !environment.ci &&
    host.env['TERM'] !== 'dumb';
  const progress = live ? new (await import('./progress.ts')).Progress(host.stderr, Date.now) : undefined;
  let over = false;
  const restore = progress === undefined ? undefined : err.divert((line) => progress.above(line));
  const stop = (): void => {
    progress?.stop();
    restore?.();
    over = true;
  };
  // text for the terminal that the display is on must pass through the display
  const toStderr = flags.json === true || flags.textAside;
  const onDisplay = toStderr || host.stdout.isTTY === true;
  const { job } = flags;
  const named = (line: string): string =>
    job === undefined || job.isAlone ? line : `${printable(job.name)}: ${line}`;
  const result = (line: string): void => {
    if (progress !== undefined && !over && onDisplay) progress.above(named(line));
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
      progress?.onEvent(event);
      text.onEvent(event);
    },
    finish(report, error) {
      stop();
      text.finish(report, error);
      json?.finish(report, error);
    },
    abandon: stop,
  };
}
