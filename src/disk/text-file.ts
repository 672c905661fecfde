import fs from 'node:fs';
import type { Stats } from 'node:fs';
import { messageOf } from '../model/errors.ts';

export interface TextFileOptions {
  /** Bytes; a larger file is something else than what is expected. */
  readonly mostBytes: number;
  /** What the file holds, for the message that refuses a larger one: 'a list of rules'. */
  readonly holds: string;
}

/**
 * The text of a file that the user named. Another process may write it: `<(…)`, /dev/stdin, a FIFO. Throws an Error whose
 * message is the reason alone, without the path.
 */
export function readNamedText(file: string, options: TextFileOptions): string {
  return told(() =>
    opened(file, 0, (fd, stats) => {
      if (stats.isDirectory()) throw new Error('it is a folder; name a file');
      return textOf(fd, options);
    }),
  );
}

/**
 * The text of a file that was found by its name, undefined when there is none. It must be a regular file: a FIFO of that
 * name is never waited for. Throws as readNamedText does.
 */
export function readFoundText(file: string, options: TextFileOptions): string | undefined {
  return told(() => {
    const link = fs.lstatSync(file, { throwIfNoEntry: false });
    if (link === undefined) return undefined;
    const stats = link.isSymbolicLink() ? fs.statSync(file, { throwIfNoEntry: false }) : link;
    if (stats === undefined) throw new Error('it is a symbolic link that points to nothing');
    // checked before the opening, because opening a device may change something, and after it, because the name may
    // lead to another file by then
    checkIsFile(stats);
    return opened(file, fs.constants.O_NONBLOCK, (fd, now) => {
      checkIsFile(now);
      return textOf(fd, options);
    });
  });
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

const KIB = 1024;

const size = (bytes: number): string =>
  bytes >= KIB * KIB ? `${bytes / KIB / KIB} MiB` : `${bytes / KIB} KiB`;

function textOf(fd: number, { mostBytes, holds }: TextFileOptions): string {
  const bytes = Buffer.allocUnsafe(mostBytes + 1);
  let filled = 0;
  for (let got = -1; got !== 0 && filled < bytes.length; filled += got)
    got = fs.readSync(fd, bytes, filled, bytes.length - filled, null);
  if (filled > mostBytes) throw new Error(`it holds more than ${size(mostBytes)}, which cannot be ${holds}`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, filled));
  } catch {
    throw new Error('it is not UTF-8 text; save it as UTF-8');
  }
}

/** The system's own message repeats the call and the path. */
function told<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(messageOf(error).replace(/, (open|read|stat|lstat)\b.*$/, ''), { cause: error });
  }
}
