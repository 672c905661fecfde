import type { Display, DisplayFlags, SharedDisplay } from '../../../context.ts';
import { openDisplay, type DisplayContext } from '../open-display.ts';
import type { ProgressState } from '../progress-state.ts';
import { jobsFrame } from './jobs-frame.ts';
import { jobsLines } from './jobs-lines.ts';
import { JobsProgress } from './jobs-progress.ts';

/** The one display of several jobs. */
export class JobsDisplay implements SharedDisplay {
  readonly #progress: JobsProgress;
  readonly #display: Display;

  private constructor(progress: JobsProgress, display: Display) {
    this.#progress = progress;
    this.#display = display;
  }

  /** `total`: jobs that are to run. */
  static async open(
    context: DisplayContext,
    flags: DisplayFlags,
    { total }: { readonly total: number },
  ): Promise<JobsDisplay> {
    const progress = new JobsProgress(Date.now, { total });
    const display = await openDisplay(context, flags, {
      frame: (options) => jobsFrame(progress.state(), options),
      lines: () => jobsLines(progress.state()),
    });
    return new JobsDisplay(progress, display);
  }

  join(name: string, state: () => ProgressState): Display {
    this.#progress.begin(name, state);
    return {
      aside: (work) => this.#display.aside(work),
      stop: () => this.#progress.end(name),
    };
  }

  over(): void {
    this.#progress.over();
  }

  close(): void {
    this.#display.stop();
  }
}
