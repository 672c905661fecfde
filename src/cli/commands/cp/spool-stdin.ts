import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usageError } from '../../../jobs/usage-errors.ts';
import { SyncError } from '../../../model/errors.ts';
import type { Context } from '../../context.ts';
import { bytes } from '../../output/quantities.ts';

/**
 * Writes all of stdin into a temporary file, which goes when `opened` closes: a Stage has to know the length of a file before its
 * first byte. Resolves with the path. Rejects with `usage` when more than `most` bytes come.
 */
export async function spoolStdin(
  opened: AsyncDisposableStack,
  context: Context,
  { most }: { readonly most: number },
): Promise<string> {
  const { stdin } = context.host;
  const { draining } = context.stop;
  if (stdin === undefined) throw usageError('there is no stdin to read, as the SRC "-" asks');
  const folder = await mkdtemp(join(tmpdir(), 'stagesync-stdin-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'stdin');
  await using file = await open(path, 'wx', 0o600);
  const stop = (): void => void stdin.destroy(interrupted());
  draining.addEventListener('abort', stop, { once: true });
  let size = 0;
  try {
    draining.throwIfAborted();
    for await (const chunk of stdin as AsyncIterable<Uint8Array | string>) {
      size += Buffer.byteLength(chunk);
      if (size > most)
        throw usageError(
          `stdin has more than ${bytes(most)}: take more with --spool-max, or write it to a file and copy that`,
        );
      await file.writeFile(chunk);
    }
  } finally {
    draining.removeEventListener('abort', stop);
  }
  return path;
}

const interrupted = (): SyncError =>
  new SyncError('interrupted', 'stopped while stdin was read; nothing was copied', { verdict: 'end_run' });
