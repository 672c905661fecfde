import type { Awaited } from '../../api/waiting/awaited.ts';
import type { WaitLook } from '../../api/waiting/wait-for.ts';
import { printable } from '../../model/printable.ts';
import { cutInMiddle } from '../../model/text-width.ts';
import type { LineOutput } from '../output/line-output.ts';
import { duration } from '../output/quantities.ts';
import type { Host } from '../process/host.ts';

/** Milliseconds after which a log hears again that a state is still the same. */
const REMINDER_MS = 60_000;
const CLEAR_LINE = '\r\u{1b}[K';
const WIDTH = 80;

/** Shows a wait on stderr: one line that changes on a terminal; elsewhere a line for each new state, and each minute. */
export class WaitProgress {
  readonly #host: Pick<Host, 'stderr' | 'env'>;
  readonly #err: LineOutput;
  readonly #awaited: Pick<Awaited, 'what' | 'target'>;
  readonly #isLive: boolean;
  #state: string | undefined;
  #saidMs = 0;
  #isDrawn = false;

  constructor(
    { host, err }: { readonly host: Pick<Host, 'stderr' | 'env'>; readonly err: LineOutput },
    awaited: Pick<Awaited, 'what' | 'target'>,
  ) {
    this.#host = host;
    this.#err = err;
    this.#awaited = awaited;
    this.#isLive = host.stderr.isTTY === true && host.env['TERM'] !== 'dumb';
  }

  show({ state, progress, elapsedMs }: WaitLook): void {
    const { what, target } = this.#awaited;
    const word = `${state === '' ? 'not there yet' : state}${progress === undefined ? '' : `, ${Math.round(progress)}%`}`;
    const text = printable(
      `${what}: ${word}${state.toUpperCase() === target ? '' : `, waiting for ${target}`} (${duration(elapsedMs)})`,
    );
    if (this.#isLive) {
      const { stderr } = this.#host;
      stderr.write(CLEAR_LINE + cutInMiddle(text, (stderr.columns ?? WIDTH) - 1));
      this.#isDrawn = true;
      return;
    }
    const isNew = word !== this.#state;
    if (!isNew && elapsedMs - this.#saidMs < REMINDER_MS) return;
    this.#state = word;
    this.#saidMs = elapsedMs;
    this.#err.line(text);
  }

  /** What was drawn goes: what comes next says how the wait ended. */
  end(): void {
    if (this.#isDrawn) this.#host.stderr.write(CLEAR_LINE);
  }
}
