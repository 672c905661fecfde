import type { Display, DisplayFlags } from '../../context.ts';
import { openDisplay, type DisplayContext } from './open-display.ts';
import type { ProgressState } from './progress-state.ts';
import { progressFrame } from './text/progress-frame.ts';
import { progressLine } from './text/progress-line.ts';

/** The display of one run, or of one command. */
export const openProgress = (
  context: DisplayContext,
  flags: DisplayFlags,
  state: () => ProgressState,
): Promise<Display> =>
  openDisplay(context, flags, {
    frame: (terminal) => progressFrame(state(), terminal),
    lines: () => [progressLine(state())],
  });
