import { hash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { makeFolders } from '../../disk/make-folders.ts';
import { configError } from '../../jobs/usage-errors.ts';
import { messageOf, SyncError } from '../../model/errors.ts';
import { lockBySqlite, whoHolds } from '../../sync/ledger/sqlite-lock.ts';

/** The longest path of a Unix socket that every system takes, in bytes. */
const LONGEST_SOCKET_PATH = 103;

/** Where the daemon of one jobs file keeps what others find it by. */
export interface DaemonPlace {
  /** Of this user alone. */
  readonly folder: string;
  /** Begins the names of all that is in it. */
  readonly id: string;
  readonly socket: string;
  readonly lock: string;
  /** What outlives the daemon. */
  readonly remembered: string;
}

/**
 * One file has one place, by whichever name it is called. The file itself need not be there any more; and where its name is a
 * link that by now leads to another file, as in a ConfigMap of Kubernetes, the place stays that of the daemon that was started by
 * this name (`rememberPlace`), unless the other file has a place of its own.
 */
export function daemonPlace(stateFolder: string, file: string): DaemonPlace {
  const folder = join(stateFolder, 'daemons');
  const place = (id: string): DaemonPlace => {
    const at = (ending: string): string => join(folder, `${id}.${ending}`);
    return { folder, id, socket: at('sock'), lock: at('lock'), remembered: at('json') };
  };
  const real = place(idOf(realPathOf(file)));
  const idBefore = idUnder(noteOf(folder, file));
  if (idBefore === undefined || idBefore === real.id) return real;
  const before = place(idBefore);
  return isHeld(before) || !existsSync(real.lock) ? before : real;
}

/** Notes the place of a file whose name is a link, for when the link leads elsewhere. Where that cannot be, nothing else fails. */
export function rememberPlace({ folder, id }: DaemonPlace, file: string): void {
  if (idOf(file) === id) return;
  try {
    writeFileSync(noteOf(folder, file), id, { mode: 0o600 });
  } catch {
    // the daemon is then found for as long as the link stays
  }
}

const idOf = (path: string): string => hash('sha256', path).slice(0, 16);
const noteOf = (folder: string, file: string): string => join(folder, `${idOf(file)}.link`);

function idUnder(note: string): string | undefined {
  try {
    const text = readFileSync(note, 'utf8');
    return /^[0-9a-f]{16}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** Makes the folder, and sees to it that nobody else can enter it. Rejects with `config`. */
export function makePrivate({ folder, socket }: Pick<DaemonPlace, 'folder' | 'socket'>): void {
  const bytes = Buffer.byteLength(socket);
  if (bytes > LONGEST_SOCKET_PATH)
    throw configError(
      `the path of the control socket, ${socket}, has ${bytes} bytes, and the system takes ${LONGEST_SOCKET_PATH}: set XDG_STATE_HOME to a folder with a shorter name`,
    );
  try {
    makeFolders(folder, { mode: 0o700 });
    chmodSync(folder, 0o700);
  } catch (error) {
    throw configError(
      `cannot keep the control socket in ${folder}: ${messageOf(error)}; make the folder writable, or set XDG_STATE_HOME`,
      error,
    );
  }
  const found = lstatSync(folder);
  if (!found.isDirectory() || (userInfo().uid !== -1 && found.uid !== userInfo().uid))
    throw configError(
      `cannot keep the control socket in ${folder}: it is not a folder of this user; remove it, or set XDG_STATE_HOME`,
    );
}

/** Holds the place against a second daemon of the file, for as long as the process lives. Rejects with `locked`. */
export function holdPlace(
  { lock }: Pick<DaemonPlace, 'lock'>,
  { file, pid, command }: { readonly file: string; readonly pid: number; readonly command: string },
): { release(): void } {
  try {
    return lockBySqlite(lock, { pid, command, since: new Date().toISOString() });
  } catch (error) {
    const holder = whoHolds(lock);
    if ((error as { readonly code?: unknown }).code !== 'locked') throw error;
    const who = holder === undefined ? '' : `: process ${holder.pid}, since ${holder.since}`;
    throw new SyncError(
      'locked',
      `a daemon of ${file} runs already${who}; "stagesync stop" ends it, and a changed file is read without a restart`,
      { verdict: 'end_run', cause: error },
    );
  }
}

/** Whether a daemon of the file lives, also one that does not answer yet. */
export const isHeld = ({ lock }: Pick<DaemonPlace, 'lock'>): boolean => whoHolds(lock) !== undefined;
