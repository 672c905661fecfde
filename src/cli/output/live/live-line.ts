import type { Writable } from 'node:stream';
import cliTruncate from 'cli-truncate';
import { createLogUpdate } from 'log-update';

type TerminalStream = Writable & { readonly columns?: number };

const REDRAW_MS = 100;

/** One line at the bottom of a terminal that is drawn again and again. */
export class LiveLine {
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #stream: TerminalStream;
  readonly #frame: () => string;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: TerminalStream, frame: () => string) {
    this.#stream = stream;
    this.#frame = frame;
    // the cursor stays visible: a killed run must not leave a terminal without one
    this.#draw = createLogUpdate(stream, { showCursor: true });
    this.start();
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#draw(this.#fitting()), REDRAW_MS);
    this.#timer.unref();
  }

  /** Writes one line that stays, over the display. */
  above(line: string): void {
    this.#draw.persist(line);
  }

  /** Takes the display away. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#draw.clear();
  }

  #fitting(): string {
    return cliTruncate(this.#frame(), Math.max((this.#stream.columns ?? 80) - 1, 1), { position: 'end' });
  }
}
