import type { Operation, ReplyOf } from '../../../api/operation.ts';
import type { Awaited } from '../../../api/waiting/awaited.ts';
import type { WaitLook } from '../../../api/waiting/wait-for.ts';
import { isSyncError, SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { cutInMiddle } from '../../../model/text-width.ts';
import type { Lines, Run, RunHost } from '../run.ts';
import { duration } from '../../../model/quantities/duration.ts';

/**
 * Waits until what is waited for shows, with the state and the time on stderr. Ctrl-C ends the waiting alone: `again` is the
 * command that goes on with it, which every error names but for that of a thing that FAILED. Rejects with `api_wait_failed`, `api_wait_timeout` or `interrupted`.
 */
export async function waitForEnd<O extends Operation>(
  run: Run,
  awaited: Awaited<O>,
  again: string,
): Promise<ReplyOf<O> | undefined> {
  const progress = new WaitProgress(run, awaited);
  try {
    return await run.api.waitFor(awaited, {
      timeoutMs: run.flags.waitTimeout,
      onLook: (look: WaitLook) => progress.show(look),
      ...(run.flags.ready !== undefined && { ready: run.flags.ready }),
    });
  } catch (error) {
    // what FAILED or is gone is not waited for any more
    if (!isSyncError(error) || error.code === 'api_wait_failed') throw error;
    const { verdict, details } = error;
    const { what, target } = awaited;
    const why =
      error.code === 'interrupted'
        ? `stopped waiting for ${printable(what)} to be ${printable(target)}; the service goes on with it.`
        : error.code === 'api_wait_timeout'
          ? error.message
          : `${error.message} That was while waiting; the service goes on with ${printable(what)}.`;
    const next = `stagesync ${again}${run.flags.local === true ? ' --local' : ''}`;
    const does = again.includes(' wait ') ? 'wait again' : 'look again';
    throw new SyncError(error.code, `${why} To ${does}: ${next}`, { verdict, details, cause: error });
  } finally {
    progress.end();
  }
}

/** Milliseconds after which a log hears again that a state is still the same. */
const REMINDER_MS = 60_000;
const CLEAR_LINE = '\r\u{1b}[K';
/** Where a terminal does not say how wide it is, or says 0. */
const WIDTH = 80;

/** Shows a wait on stderr: one line that changes on a terminal; elsewhere a line for each new state, and each minute. */
class WaitProgress {
  readonly #host: Pick<RunHost, 'stderr' | 'env'>;
  readonly #err: Lines;
  readonly #awaited: Pick<Awaited, 'what' | 'target'>;
  readonly #isLive: boolean;
  #state: string | undefined;
  #saidMs = 0;
  #isDrawn = false;

  constructor(
    { host, err }: { readonly host: Pick<RunHost, 'stderr' | 'env'>; readonly err: Lines },
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
      `${what}: ${word}${state.toUpperCase() === target ? '' : `, waiting for ${target}`} (${elapsedText(elapsedMs)})`,
    );
    if (this.#isLive) {
      const { stderr } = this.#host;
      stderr.write(CLEAR_LINE + cutInMiddle(text, (stderr.columns || WIDTH) - 1));
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

/** In whole seconds: '0s', '24s', '3m 4s'. */
const elapsedText = (ms: number): string => (ms < 1000 ? '0s' : duration(Math.floor(ms / 1000) * 1000));
