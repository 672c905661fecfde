import type { FileEvent } from '../../files/file-events.ts';
import { LiveLine } from '../output/live/live-line.ts';
import { count, counted } from '../output/quantities.ts';
import type { HostStream } from '../process/host.ts';

/** A live line at the bottom of a terminal: what was found so far, then how much of it is done. */
export class ChangeProgress {
  readonly #line: LiveLine;
  #seen = 0;
  #removed = 0;
  #moved = 0;

  constructor(stream: HostStream) {
    this.#line = new LiveLine(stream, () => this.frame());
  }

  seen(many: number): void {
    this.#seen += many;
  }

  hear(event: FileEvent): void {
    if (event.type !== 'action') return;
    if (event.kind === 'remove') this.#removed += event.files ?? 0;
    if (event.kind === 'move') this.#moved++;
  }

  frame(): string {
    if (this.#removed > 0) return `removed ${count(this.#removed)} of ${counted(this.#seen, 'file')}`;
    if (this.#moved > 0) return `moved ${counted(this.#moved, 'name')}`;
    return this.#seen === 0 ? 'looking' : `found ${count(this.#seen)} so far`;
  }

  /** Writes one line that stays, over the display. */
  above(line: string): void {
    this.#line.above(line);
  }

  /** The display is away while something else has the terminal. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    this.#line.stop();
    try {
      return await work();
    } finally {
      this.#line.start();
    }
  }

  stop(): void {
    this.#line.stop();
  }
}
