import fs from 'node:fs';
import type { Stats } from 'node:fs';
import { messageOf } from '../../model/errors.ts';
import { configError, usageError } from '../usage-errors.ts';

/** Rules are some lines; more than this is something else. In bytes. */
const MOST = 1024 * 1024;

/**
 * The text of a file that the user named, which may as well be what another process writes: `<(…)`, /dev/stdin, a
 * FIFO. Rejects as `usage` what is no text of rules.
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
 * The text of an ignore file, undefined when there is none. It has its name by convention alone, so it must be a file:
 * nobody waits for a FIFO that somebody put there. Rejects as `config` whatever else has the name.
 */
export function readIgnoreFile(file: string): string | undefined {
  try {
    const link = fs.lstatSync(file, { throwIfNoEntry: false });
    if (link === undefined) return undefined;
    const stats = link.isSymbolicLink() ? fs.statSync(file, { throwIfNoEntry: false }) : link;
    if (stats === undefined) throw new Error('it is a symbolic link that points to nothing');
    // checked before the opening, which may do something to a device, and after it, when the file may be another one
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
