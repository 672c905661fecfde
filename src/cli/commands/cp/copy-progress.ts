import type { CopyResult } from '../../../files/copy/copy-step.ts';
import { printable } from '../../../model/printable.ts';
import type { HostStream } from '../../process/host.ts';
import { LiveLine } from '../../output/live/live-line.ts';
import { bytes, counted } from '../../output/quantities.ts';

/** The rate is that of the last ten seconds. */
const RATE_WINDOW_MS = 10_000;

/** A live line at the bottom of a terminal: files and bytes so far, the rate, and a file that is under way. */
export class CopyProgress {
  readonly #line: LiveLine;
  readonly #now: () => number;
  readonly #underWay = new Map<string, number>();
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];
  #files = 0;
  #bytes = 0;

  constructor(stream: HostStream, now: () => number) {
    this.#now = now;
    this.#line = new LiveLine(stream, () => this.frame());
  }

  /** Writes one line that stays, over the display. */
  above(line: string): void {
    this.#line.above(line);
  }

  read(from: string, many: number): void {
    this.#bytes += many;
    this.#underWay.set(from, (this.#underWay.get(from) ?? 0) + many);
  }

  ended({ from }: CopyResult): void {
    this.#files++;
    this.#underWay.delete(from);
  }

  frame(): string {
    const [current] = this.#underWay;
    const name = current === undefined ? [] : [`${printable(current[0])} (${bytes(current[1])})`];
    const line = [counted(this.#files, 'file'), bytes(this.#bytes), `${bytes(this.#rate())}/s`, ...name];
    return line.join('  ');
  }

  /** Takes the display away. */
  stop(): void {
    this.#line.stop();
  }

  /** Bytes a second. */
  #rate(): number {
    const now = this.#now();
    this.#samples.push({ at: now, bytes: this.#bytes });
    while (this.#samples[0]!.at < now - RATE_WINDOW_MS) this.#samples.shift();
    const [first] = this.#samples;
    const span = now - first!.at;
    return span > 0 ? ((this.#bytes - first!.bytes) * 1000) / span : 0;
  }
}
