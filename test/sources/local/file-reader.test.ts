import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileEntry } from '../../../src/model/entry.ts';
import type { Content } from '../../../src/model/ports.ts';
import { realDisk } from '../../../src/disk/disk.ts';
import type { Disk } from '../../../src/disk/disk.ts';
import { FileReader } from '../../../src/sources/local/file-reader.ts';
import { fileEntry } from '../../../src/sources/local/file-version.ts';
import { ReadPace } from '../../../src/sources/local/read-pace.ts';
import { localTree } from '../../support/trees/local-tree.ts';
import type { LocalTree } from '../../support/trees/local-tree.ts';

const SMALL = 1000;
const LARGE = 1024 * 1024;
const BLOCK = 100_000;

let tree: LocalTree;
let opened: number;
let closed: number;
beforeEach(() => {
  tree = localTree();
  opened = 0;
  closed = 0;
});
afterEach(() => {
  tree[Symbol.dispose]();
  expect(closed).toBe(opened);
});

const { signal } = new AbortController();

/** Counts what is opened and closed, so that every test sees whether a handle was left behind. */
const counting: Disk = {
  ...realDisk,
  open(path, how) {
    const fd = realDisk.open(path, how);
    opened += 1;
    return fd;
  },
  openFolder(path) {
    const fd = realDisk.openFolder(path);
    opened += 1;
    return fd;
  },
  close(fd) {
    realDisk.close(fd);
    closed += 1;
  },
  async openLater(path, how) {
    const handle = await realDisk.openLater(path, how);
    opened += 1;
    const close = handle.close.bind(handle);
    handle.close = async () => {
      await close();
      closed += 1;
    };
    return handle;
  },
};

const readerOn = (disk: Partial<Disk> = {}, followSymlinks = false): FileReader =>
  new FileReader({ disk: { ...counting, ...disk }, root: tree.root, followSymlinks, blockBytes: BLOCK });

const listed = (path: string): FileEntry => fileEntry(path, fs.statSync(tree.at(path), { bigint: true }));

/** Writes a file whose time is past, as nearly all files are. */
function writeOld(path: string, content: string | Uint8Array, at = 1_700_000_000.123): FileEntry {
  tree.write(path, content);
  fs.utimesSync(tree.at(path), at, at);
  return listed(path);
}

async function take(content: Content): Promise<Uint8Array[]> {
  if ('bytes' in content) return [content.bytes];
  return Array.fromAsync(content.chunks);
}

describe('a large file', () => {
  test('comes in blocks of the size asked for, each a buffer of its own', async () => {
    const entry = writeOld('f', Buffer.alloc(LARGE, 1));
    const chunks = await take(await readerOn().read(entry, signal));
    expect(chunks.map((chunk) => chunk.length)).toEqual([...Array<number>(10).fill(BLOCK), LARGE % BLOCK]);
    expect(new Set(chunks.map((chunk) => chunk.buffer)).size).toBe(chunks.length);
  });

  test('is read into the blocks that came back, and only into those', async () => {
    const bytes = Buffer.alloc(LARGE, 'numbers 0123456789 ');
    const content = await readerOn().read(writeOld('f', bytes), signal);
    if (!('chunks' in content)) throw new Error('it should come in chunks');
    const buffers = new Set<ArrayBufferLike>();
    const read: Buffer[] = [];
    for await (const chunk of content.chunks) {
      buffers.add(chunk.buffer);
      read.push(Buffer.from(chunk));
      content.recycle?.(chunk);
    }
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
    expect(buffers.size).toBe(1);
  });

  test.each<[string, () => void]>([
    ['grows', () => fs.appendFileSync(tree.at('f'), 'more')],
    ['shrinks', () => fs.truncateSync(tree.at('f'), BLOCK + 1)],
    [
      'is written over in place',
      () => fs.writeFileSync(tree.at('f'), Buffer.alloc(LARGE, 2), { flag: 'r+' }),
    ],
    [
      'is replaced by a copy of the same size and time',
      () => {
        fs.writeFileSync(tree.at('g'), Buffer.alloc(LARGE, 2));
        const { atime, mtime } = fs.statSync(tree.at('f'));
        fs.utimesSync(tree.at('g'), atime, mtime);
        fs.renameSync(tree.at('g'), tree.at('f'));
      },
    ],
    [
      'is replaced by a link',
      () => {
        fs.renameSync(tree.at('f'), tree.at('g'));
        fs.symlinkSync('g', tree.at('f'));
      },
    ],
  ])('that %s while it is read never becomes whole', async (_, change) => {
    const content = await readerOn().read(writeOld('f', Buffer.alloc(LARGE, 1)), signal);
    if (!('chunks' in content)) throw new Error('expected chunks');
    let got = 0;
    const reading = (async () => {
      for await (const chunk of content.chunks) {
        if (got === 0) change();
        got += chunk.length;
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'entry_changed', verdict: 'skip_entry' });
    expect(got).toBeLessThan(LARGE);
  });

  test('that is removed while it is read never becomes whole', async () => {
    const content = await readerOn().read(writeOld('f', Buffer.alloc(LARGE, 1)), signal);
    if (!('chunks' in content)) throw new Error('expected chunks');
    const chunks = content.chunks[Symbol.asyncIterator]();
    await chunks.next();
    tree.remove('f');
    const rest = (async () => {
      while (!(await chunks.next()).done);
    })();
    await expect(rest).rejects.toMatchObject({ code: 'entry_gone' });
  });

  test('is let go when the reader stops early, or is told to', async () => {
    const entry = writeOld('f', Buffer.alloc(LARGE, 1));
    const content = await readerOn().read(entry, signal);
    if (!('chunks' in content)) throw new Error('expected chunks');
    for await (const chunk of content.chunks) if (chunk.length > 0) break;

    const controller = new AbortController();
    const reason = new Error('enough');
    const second = await readerOn().read(entry, controller.signal);
    if (!('chunks' in second)) throw new Error('expected chunks');
    const reading = (async () => {
      for await (const chunk of second.chunks) if (chunk.length > 0) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });

  test('holds nothing open when nobody takes its chunks', async () => {
    await readerOn().read(writeOld('f', Buffer.alloc(LARGE, 1)), signal);
    expect(opened).toBe(closed);
  });
});

describe.each([
  ['a small', SMALL],
  ['a large', LARGE],
])('%s file', (_, size) => {
  test.each([
    ['EACCES', 'entry_unreadable', 'skip_entry'],
    ['EIO', 'entry_unreadable', 'skip_entry'],
    ['EMFILE', 'entry_unreadable', 'retry'],
  ])('that cannot be opened (%s) rejects with %s before anything is sent', async (errno, code, verdict) => {
    const entry = writeOld('f', Buffer.alloc(size));
    const open = (): never => {
      throw Object.assign(new Error(`${errno}: no`), { code: errno });
    };
    await expect(readerOn({ open }).read(entry, signal)).rejects.toMatchObject({ code, verdict });
  });

  test('whose name a link took is a changed one, unless links are followed', async () => {
    const entry = writeOld('f', Buffer.alloc(size));
    fs.renameSync(tree.at('f'), tree.at('g'));
    fs.symlinkSync('g', tree.at('f'));
    await expect(readerOn().read(entry, signal)).rejects.toMatchObject({ code: 'entry_changed' });
    expect((await take(await readerOn({}, true).read(entry, signal))).length).toBeGreaterThan(0);
  });

  test('whose name a FIFO took is a changed one, and reading it does not hang', async () => {
    const entry = writeOld('f', Buffer.alloc(size));
    tree.remove('f');
    execFileSync('mkfifo', [tree.at('f')]);
    await expect(readerOn().read(entry, signal)).rejects.toMatchObject({ code: 'entry_changed' });
  });

  test('whose folder is now a file is gone', async () => {
    const entry = writeOld('d/f', Buffer.alloc(size));
    tree.remove('d');
    tree.write('d', '');
    await expect(readerOn().read(entry, signal)).rejects.toMatchObject({ code: 'entry_gone' });
  });

  test('replaced by another of the same size and time before it is read is a changed one', async () => {
    const entry = writeOld('f', Buffer.alloc(size, 1));
    fs.renameSync(tree.at('f'), tree.at('g'));
    expect(writeOld('f', Buffer.alloc(size, 2)).version).toBe(entry.version);
    await expect(readerOn().read(entry, signal).then(take)).rejects.toMatchObject({ code: 'entry_changed' });
  });

  describe.each([
    ['opened one after another', {}],
    ['compared, where the system cannot open from a folder', { placeOf: undefined }],
  ])('with the folders on its way %s', (_how, how: Partial<Disk>) => {
    test('is read through them', async () => {
      const entry = writeOld('a/b/c/f', Buffer.alloc(size, 1));
      expect((await take(await readerOn(how).read(entry, signal))).length).toBeGreaterThan(0);
    });

    test.each(['a', 'a/b'])('is gone when a link took the name of the folder %s', async (folder) => {
      const entry = writeOld('a/b/f', Buffer.alloc(size, 1));
      fs.renameSync(tree.at(folder), tree.at('away'));
      fs.symlinkSync(tree.at('away'), tree.at(folder));
      const reading = readerOn(how).read(entry, signal).then(take);
      await expect(reading).rejects.toMatchObject({ code: 'entry_gone', verdict: 'skip_entry' });
      expect((await take(await readerOn(how, true).read(entry, signal))).length).toBeGreaterThan(0);
    });

    test('is not read elsewhere although it was listed there', async () => {
      writeOld('elsewhere/f', Buffer.alloc(size, 1));
      fs.symlinkSync('elsewhere', tree.at('a'));
      const entry = listed('a/f');
      await expect(readerOn(how).read(entry, signal)).rejects.toMatchObject({ code: 'entry_gone' });
      await expect(readerOn(how).digest(entry, signal)).rejects.toMatchObject({ code: 'entry_gone' });
    });

    test('is not read elsewhere when the link comes at the last moment', async () => {
      writeOld('elsewhere/f', Buffer.alloc(size, 2));
      const entry = writeOld('a/f', Buffer.alloc(size, 1));
      const swapped = (path: string): string => {
        if (fs.lstatSync(tree.at('a')).isDirectory()) {
          fs.renameSync(tree.at('a'), tree.at('away'));
          fs.symlinkSync('elsewhere', tree.at('a'));
        }
        return path;
      };
      const disk: Partial<Disk> = {
        ...how,
        open: (path, how) => counting.open(swapped(path), how),
        openLater: (path, how) => counting.openLater(swapped(path), how),
      };
      const reading = readerOn(disk).read(entry, signal).then(take);
      await expect(reading).rejects.toMatchObject({ code: expect.stringMatching(/^entry_(changed|gone)$/) });
    });
  });

  test('that changes between its first and its last byte is refused', async () => {
    const entry = writeOld('f', Buffer.alloc(size, 1));
    const lstat: Disk['lstat'] = (path) => {
      fs.appendFileSync(path, 'x');
      return realDisk.lstat(path);
    };
    const reading = readerOn({ lstat }).read(entry, signal).then(take);
    await expect(reading).rejects.toMatchObject({ code: 'entry_changed' });
  });
});

test('a small file comes whole from short reads, and is refused when it ends early', async () => {
  const bytes = Buffer.from('short reads happen on some file systems');
  const entry = writeOld('f', bytes);
  const byThree: Disk['read'] = (fd, into, offset) =>
    fs.readSync(fd, into, offset, Math.min(3, into.length - offset), null);
  expect(await take(await readerOn({ read: byThree }).read(entry, signal))).toEqual([bytes]);
  await expect(readerOn({ read: () => 0 }).read(entry, signal)).rejects.toMatchObject({
    code: 'entry_changed',
  });
});

test('a file on a slow disk is read through the thread pool, with the same checks', async () => {
  const entry = writeOld('f', Buffer.alloc(SMALL, 1));
  let atOnce = 0;
  const slow: Partial<Disk> = {
    open(path, how) {
      atOnce += 1;
      const end = performance.now() + 3;
      while (performance.now() < end);
      return counting.open(path, how);
    },
  };
  const reader = readerOn(slow);
  for (let at = 0; at < 10; at++)
    expect(await take(await reader.read(entry, signal))).toEqual([Buffer.alloc(SMALL, 1)]);
  expect(atOnce).toBe(2);
  fs.appendFileSync(tree.at('f'), 'x');
  await expect(reader.read(entry, signal)).rejects.toMatchObject({ code: 'entry_changed' });
  tree.remove('f');
  await expect(reader.read(entry, signal)).rejects.toMatchObject({ code: 'entry_gone' });
  expect(atOnce).toBe(2);
});

test('two slow reads in a row send fifty to the pool, then one more slow read is enough', () => {
  let now = 0;
  const pace = new ReadPace(() => now);
  const read = (ms: number): void => pace.atOnce(() => void (now += ms));
  const pooled = (): number => {
    let count = 0;
    while (!pace.takesAtOnce()) count += 1;
    return count;
  };
  read(10);
  read(1);
  read(10);
  expect(pooled()).toBe(0);
  read(10);
  expect(pooled()).toBe(50);
  read(10);
  expect(pooled()).toBe(50);
  read(1);
  read(10);
  expect(pooled()).toBe(0);
});

describe('a file that was written a moment ago', () => {
  /** Reads `path`, and tells how old the file was, in milliseconds, when it was opened. */
  async function ageWhenOpened(entry: FileEntry): Promise<number> {
    let age = Number.NaN;
    const open: Disk['open'] = (path, how) => {
      age = Date.now() - (entry.modifiedMs ?? 0);
      return counting.open(path, how);
    };
    await readerOn({ open }).read(entry, signal);
    return age;
  }

  test('is opened only when a further write would show in its time', async () => {
    tree.write('f', 'x');
    expect(await ageWhenOpened(listed('f'))).toBeGreaterThanOrEqual(20);
  });

  test('waits longer where times are whole seconds, and stops waiting when told to', async () => {
    const second = Math.floor(Date.now() / 1000);
    const entry = writeOld('f', 'x', second);
    expect(await ageWhenOpened(entry)).toBeGreaterThanOrEqual(2100);

    const reason = new Error('enough');
    const controller = new AbortController();
    const waiting = readerOn().read(writeOld('g', 'x', Math.floor(Date.now() / 1000)), controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  test('is read at once when its time lies in the future', async () => {
    expect(await ageWhenOpened(writeOld('f', 'x', Date.now() / 1000 + 3600))).toBeLessThan(0);
  });
});

test('a handle is closed when its file cannot be read', async () => {
  const entry = writeOld('f', Buffer.alloc(LARGE));
  const openLater: Disk['openLater'] = async (path, how) => {
    const handle: FileHandle = await counting.openLater(path, how);
    handle.read = () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
    return handle;
  };
  const reading = readerOn({ openLater }).read(entry, signal).then(take);
  await expect(reading).rejects.toMatchObject({ code: 'entry_unreadable' });
});
