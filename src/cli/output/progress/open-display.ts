import type { Context, Display, DisplayFlags } from '../../context.ts';
import { writePeriodicLines } from './periodic-lines.ts';
import { styleFor, type Style } from './text/style.ts';

/** What a display shows: on a terminal, and as lines for a log. */
export interface View {
  frame(terminal: { readonly columns: number; readonly rows: number; readonly style: Style }): string;
  lines(): readonly string[];
}

/** What a display needs of the context of a command. */
export type DisplayContext = Pick<Context, 'host' | 'out' | 'err' | 'environment'>;

/**
 * A live display for a person at a terminal; a log gets lines now and then; who wants neither gets nothing. Lines for the terminal
 * that are said meanwhile go over the display.
 */
export async function openDisplay(
  context: DisplayContext,
  { progress, quiet }: DisplayFlags,
  view: View,
): Promise<Display> {
  const { host, out, err } = context;
  if (!progress || quiet === true) return { aside: (work) => work(), stop: () => undefined };
  if (!canBeLive(context)) {
    const stop = writePeriodicLines(
      () => view.lines(),
      (line) => err.line(line),
    );
    return { aside: (work) => work(), stop };
  }
  const { LiveProgress } = await import('./live-progress.ts');
  const style = styleFor(host.stderr, host.env);
  const live = new LiveProgress({
    stream: host.stderr,
    frame: (size) => view.frame({ ...size, style }),
  });
  // a line that the display does not place is wiped out by its next drawing
  const onTerminal = host.stdout.isTTY === true ? [err, out] : [err];
  const divert = () => onTerminal.map((output) => output.divert((line) => live.above(line)));
  let restores = divert();
  const stop = (): void => {
    live.stop();
    for (const restore of restores) restore();
  };
  return {
    async aside(work) {
      stop();
      try {
        return await work();
      } finally {
        restores = divert();
        live.start();
      }
    },
    stop,
  };
}

/** Whether there is a terminal on which lines can be drawn anew. */
const canBeLive = ({ host: { stderr, env }, environment }: DisplayContext): boolean =>
  stderr.isTTY === true && (stderr.columns ?? 0) > 0 && !environment.ci && env['TERM'] !== 'dumb';
