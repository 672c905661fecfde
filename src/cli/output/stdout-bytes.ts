import { once } from 'node:events';
import type { Context } from '../context.ts';

/**
 * Writes bytes to stdout no faster than its reader takes them. False when the reader went away before their end, as in
 * "cat … | head": that is no error of ours.
 */
export async function writeToStdout(context: Context, bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  const { stdout } = context.host;
  const signal = context.stop.draining;
  try {
    for await (const chunk of bytes) if (!stdout.write(chunk)) await once(stdout, 'drain', { signal });
    await context.out.flush();
  } catch (error) {
    if (!context.out.closed) throw error;
  }
  return !context.out.closed;
}
