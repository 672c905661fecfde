import { createLogUpdate } from 'log-update';
import type { HostStream } from '../../process/host.ts';
import { progressFrame } from './progress-frame.ts';
import type { ProgressState } from './progress-state.ts';
import type { Style } from './style.ts';

const REDRAW_MS = 100;

export interface LiveProgressOptions {
  readonly stream: HostStream;
  readonly style: Style;
  readonly state: () => ProgressState;
}

/** A live display at the bottom of a terminal. Lines said through `above` scroll past over it. */
export class LiveProgress {
  readonly #options: LiveProgressOptions;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #timer: NodeJS.Timeout;

  constructor(options: LiveProgressOptions) {
    this.#options = options;
    // the cursor stays visible: a killed run must not leave a terminal without one
    this.#draw = createLogUpdate(options.stream, { showCursor: true });
    this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
    this.#timer.unref();
  }

  /** Writes one line that stays, over the display. */
  above(line: string): void {
    this.#draw.persist(line);
  }

  #redraw(): void {
    const { state, style, stream } = this.#options;
    this.#draw(progressFrame(state(), { columns: stream.columns ?? 80, style }));
  }

  /** Takes the display away; the report follows in its place. */
  stop(): void {
    clearInterval(this.#timer);
    this.#draw.clear();
  }
}
