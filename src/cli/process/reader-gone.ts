import { closeSync, constants, fstatSync, openSync } from 'node:fs';

const EVERY_MS = 500;

/**
 * Calls `gone`, once, when nobody reads the pipe behind `fd` any more; otherwise only a write to the pipe would show that.
 * Where the system cannot tell (no Linux, no pipe), `gone` is never called. The returned function ends the watching.
 */
export function watchReader(fd: number | undefined, gone: () => void): () => void {
  if (process.platform !== 'linux' || fd === undefined || !isPipe(fd)) return () => undefined;
  const timer = setInterval(() => {
    const state = readerOf(fd);
    if (state === 'there') return;
    clearInterval(timer);
    if (state === 'gone') gone();
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function isPipe(fd: number): boolean {
  try {
    return fstatSync(fd).isFIFO();
  } catch {
    return false;
  }
}

/** A pipe without a reader cannot be opened for writing once more. */
function readerOf(fd: number): 'there' | 'gone' | 'unknown' {
  try {
    closeSync(openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK));
    return 'there';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENXIO' ? 'gone' : 'unknown';
  }
}
