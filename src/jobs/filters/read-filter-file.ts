import fs from 'node:fs';
import type { Stats } from 'node:fs';
import { messageOf } from '../../model/errors.ts';
import { configError, usageError } from '../usage-errors.ts';

/** Bytes. A file of rules has some lines; a larger file is something else. */
const MOST = 1024 * 1024;

/**
 * The text of a file that the user named. Another process may write it: `<(…)`, /dev/stdin, a FIFO. Rejects with
 * `usage` a file that does not hold text.
 */
export function readRuleFile(file: string): string {
  try {
    return opened(file, 0, (fd, stats) => {
      if (stats.isDirectory()) throw new Error('it is a folder; name a file');
      return textOf(fd);
    });
  } catch (error) {
    throw usageError(`cannot read --filter-from ${file}: ${reasonOf(error)}`);
  }
}

/**
 * The text of an ignore file, undefined when there is none. The user did not name it; it is found by its name. So it
 * must be a regular file: a FIFO of that name is never waited for. Rejects with `config` anything else of that name.
 */
export function readIgnoreFile(file: string): string | undefined {
  try {
    const link = fs.lstatSync(file, { throwIfNoEntry: false });
    if (link === undefined) return undefined;
    const stats = link.isSymbolicLink() ? fs.statSync(file, { throwIfNoEntry: false }) : link;
    if (stats === undefined) throw new Error('it is a symbolic link that points to nothing');
    // checked before the opening, because opening a device may change something, and after it, because the name may
    // lead to another file by then
    checkIsFile(stats);
    return opened(file, fs.constants.O_NONBLOCK, (fd, now) => {
      checkIsFile(now);
      return textOf(fd);
    });
  } catch (error) {
    throw configError(
      `cannot read ${file}: ${reasonOf(error)}; make it a readable file of rules, or remove it`,
      error,
    );
  }
}

function opened<T>(file: string, flags: number, use: (fd: number, stats: Stats) => T): T {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | flags);
  try {
    return use(fd, fs.fstatSync(fd));
  } finally {
    fs.closeSync(fd);
  }
}

function checkIsFile(stats: Stats): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory()
    ? 'a folder'
    : stats.isFIFO()
      ? 'a FIFO'
      : stats.isSocket()
        ? 'a socket'
        : 'a device';
  throw new Error(`it is ${kind}, not a file`);
}

function textOf(fd: number): string {
  const bytes = Buffer.allocUnsafe(MOST + 1);
  let filled = 0;
  for (let got = -1; got !== 0 && filled < bytes.length; filled += got)
    got = fs.readSync(fd, bytes, filled, bytes.length - filled, null);
  if (filled > MOST) throw new Error('it holds more than 1 MiB, which cannot be a list of rules');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, filled));
  } catch {
    throw new Error('it is not UTF-8 text; save it as UTF-8');
  }
}

/** The system's own message repeats the call and the path. */
const reasonOf = (error: unknown): string => messageOf(error).replace(/, (open|read|stat|lstat)\b.*$/, '');
