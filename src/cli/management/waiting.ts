import type { Operation, ReplyOf } from '../../api/operation.ts';
import type { Awaited } from '../../api/waiting/awaited.ts';
import type { WaitLook } from '../../api/waiting/wait-for.ts';
import { isSyncError, SyncError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Run } from './run.ts';
import { WaitProgress } from './wait-progress.ts';

/**
 * Waits until what is waited for shows, with the state and the time on stderr. Ctrl-C ends the waiting alone: `again` is the
 * command that goes on with it. Rejects with `api_wait_failed`, `api_wait_timeout` or `interrupted`.
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
    if (!isSyncError(error) || error.code !== 'interrupted') throw error;
    const { what, target } = awaited;
    throw new SyncError(
      'interrupted',
      `stopped waiting for ${printable(what)} to be ${printable(target)}; the service goes on with it. To wait again: stagesync ${again}`,
      { verdict: 'end_run', cause: error },
    );
  } finally {
    progress.end();
  }
}
