import { existsSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import { isWritable, nearestFolder } from '../folders.ts';
import { failed, failure, ok, warning, type Check, type Finding } from '../check.ts';

/** In bytes: with less, a ledger of a few hundred thousand files may not fit. */
const LITTLE_SPACE = 500 * 1024 * 1024;
const NO_SPACE = 5 * 1024 * 1024;
/** `f_type` of file systems on another machine, where locks and SQLite cannot be relied on. */
const REMOTE_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
]);

/** Those that are made of what the kernel knows, and take no files. */
const KERNEL_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
]);

/** Where ledgers and locks are kept: writable, with room, and locks hold there. */
export const stateFolder: Check = {
  name: 'state folder',
  async examine({ around: { environment, pid } }) {
    const folder = environment.stateFolder;
    const wayOut = 'make it writable, or set XDG_STATE_HOME to another folder';
    // a folder that is missing is made by the first run: this changes nothing
    if (!existsSync(folder)) {
      const above = nearestFolder(folder);
      if (!isWritable(above))
        return failed(`${folder} cannot be made: ${above} is not writable`, 'state_unusable', wayOut);
      const kernel = KERNEL_FILE_SYSTEMS.get(statfsSync(above).type);
      if (kernel !== undefined)
        return failed(
          `${folder} cannot be made: ${above} is a file system of the kernel (${kernel}), which takes no files`,
          'state_unusable',
          wayOut,
        );
      return [ok(`${folder} will be made by the first run`), ...spaceIn(above)];
    }
    if (!isWritable(folder)) return failed(`${folder} is not writable`, 'state_unusable', wayOut);
    const locks = await tryLock(folder, pid);
    if (locks !== undefined) return locks;
    return [...(await ledgersIn(folder)), ...spaceIn(folder)];
  },
};

/** Takes and releases a lock as a run does. Undefined where that works. */
async function tryLock(folder: string, pid: number): Promise<Finding | undefined> {
  const { lockBySqlite } = await import('../../sync/ledger/sqlite-lock.ts');
  const file = join(folder, `doctor-${pid}.lock`);
  try {
    lockBySqlite(file, { pid, command: 'stagesync doctor', since: new Date().toISOString() }).release();
    return undefined;
  } catch (error) {
    return failure(
      error,
      'a file system that knows no locks cannot hold the state: set XDG_STATE_HOME to a folder on a local disk',
    );
  } finally {
    for (const ending of ['', '.holder', '-journal']) rmSync(file + ending, { force: true });
  }
}

async function ledgersIn(folder: string): Promise<Finding[]> {
  const { knownPairs } = await import('../../sync/ledger/known-pairs.ts');
  const { pairs, unusable } = knownPairs(folder);
  const count = `${pairs.length} ${pairs.length === 1 ? 'ledger' : 'ledgers'}`;
  return [
    ok(`${folder} is writable, locks hold there; ${count}`),
    ...unusable.map((error) => failed(messageOf(error), error.code)),
  ];
}

function spaceIn(folder: string): Finding[] {
  const { bavail, bsize, type } = statfsSync(folder);
  const free = bavail * bsize;
  const remote = REMOTE_FILE_SYSTEMS.get(type);
  const text = `${Math.floor(free / 1024 / 1024)} MiB are free for ledgers and plans in ${folder}`;
  const wayOut = 'free some, or set XDG_STATE_HOME to a folder on another disk';
  const space =
    free < NO_SPACE
      ? [failed(text, 'state_unusable', wayOut)]
      : free < LITTLE_SPACE
        ? [warning(text, wayOut)]
        : [];
  if (remote === undefined) return space;
  return [
    ...space,
    warning(
      `${folder} is on another machine (${remote}): locks and SQLite may fail there`,
      'set XDG_STATE_HOME to a folder on a local disk',
    ),
  ];
}
