import { createLogUpdate } from 'log-update';
import type { HostStream } from '../../process/host.ts';

const REDRAW_MS = 100;

export interface LiveProgressOptions {
  readonly stream: HostStream;
  /** The lines of the display, on a terminal of this size. */
  readonly frame: (terminal: TerminalSize) => string;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A live display at the bottom of a terminal. Lines said through `above` scroll past over it. */
export class LiveProgress {
  readonly #options: LiveProgressOptions;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LiveProgressOptions) {
    this.#options = options;
    // the cursor stays visible: a killed run must not leave a terminal without one
    this.#draw = createLogUpdate(options.stream, { showCursor: true });
    this.start();
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#redraw(), REDRAW_MS);
    this.#timer.unref();
  }

  /** Writes one line that stays, over the display. */
  above(line: string): void {
    this.#draw.persist(line);
  }

  #redraw(): void {
    const { frame, stream } = this.#options;
    this.#draw(frame({ columns: stream.columns ?? 80, rows: stream.rows ?? 24 }));
  }

  /** Takes the display away. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#draw.clear();
  }
}
