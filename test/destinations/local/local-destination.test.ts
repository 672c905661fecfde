import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocalDestination } from '../../../src/destinations/local/local-destination.ts';
import { realWritableDisk } from '../../../src/disk/writable-disk.ts';
import type { WritableDisk } from '../../../src/disk/writable-disk.ts';
import type { Content, Destination } from '../../../src/model/ports.ts';
import { localTree } from '../../support/trees/local-tree.ts';
import type { LocalTree } from '../../support/trees/local-tree.ts';

const call = { signal: new AbortController().signal };
const text = (value: string): Content => ({ size: Buffer.byteLength(value), bytes: Buffer.from(value) });
const textOf = async (destination: Destination, path: string): Promise<string> =>
  Buffer.concat(await Array.fromAsync(await destination.read(path, call))).toString();
const fails = (errno: string) => (): never => {
  throw Object.assign(new Error(errno), { code: errno });
};

let tree: LocalTree;
let outside: LocalTree;
beforeEach(() => {
  tree = localTree();
  outside = localTree({ secret: 'secret', 'folder/inner': 'inner' });
});
afterEach(() => {
  expect(fs.readdirSync(outside.root, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
    'folder',
    join('folder', 'inner'),
    'secret',
  ]);
  expect(fs.readFileSync(outside.at('secret'), 'utf8')).toBe('secret');
  tree[Symbol.dispose]();
  outside[Symbol.dispose]();
});

const open = (changes: Partial<WritableDisk> = {}): Promise<Destination> =>
  openLocalDestination({ root: tree.root }, { ...realWritableDisk, ...changes });

describe.each([
  ['from open folder to open folder', {}],
  ['by names alone', { placeOf: undefined }],
])('nothing leads out of the folder, %s:', (_, changes) => {
  const opened = (): Promise<Destination> => open(changes);

  test('no path with ".." and no absolute one, not even to look', async () => {
    const destination = await opened();
    const up = `../${outside.root.split('/').at(-1)}`;
    for (const path of [`${up}/secret`, `a/../${up}/secret`, outside.at('secret')]) {
      const folder = `${path.slice(0, -'secret'.length)}folder/`;
      for (const attempt of [
        () => destination.read(path, call),
        () => destination.stat(path, call),
        () => destination.listFolder(folder, call),
        () => destination.put(path, text('x'), call),
        () => destination.makeFolder(folder, call),
        () => destination.remove(folder, call),
        () => destination.move(path, 'here', call),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'destination_refused', fact: 'refused' });
    }
    expect(fs.readdirSync(tree.root)).toEqual([]);
  });

  test('no link to a folder, at any level', async () => {
    tree.makeFolder('d');
    tree.write('f', 'f');
    for (const at of ['link', 'd/link']) {
      fs.symlinkSync(outside.at('folder'), tree.at(at));
      const destination = await opened();
      for (const attempt of [
        () => destination.read(`${at}/inner`, call),
        () => destination.stat(`${at}/inner`, call),
        () => destination.listFolder(`${at}/`, call),
        () => destination.put(`${at}/new`, text('x'), call),
        () => destination.put(`${at}/inner`, text('x'), call),
        () => destination.makeFolder(`${at}/new/`, call),
        () => destination.remove(`${at}/inner`, call),
        () => destination.move(`${at}/inner`, 'here', call),
        () => destination.move('f', `${at}/f`, call),
      ])
        await expect(attempt()).rejects.toMatchObject({ fact: 'refused' });
    }
    expect(fs.readdirSync(outside.at('folder'))).toEqual(['inner']);
  });

  test('a folder that is there before it is made is told', async () => {
    tree.makeFolder('d');
    const destination = await opened();
    expect(await destination.makeFolder('d/', call)).toBe('was_there');
    expect(await destination.makeFolder('e/', call)).toBeUndefined();
  });

  test('no link to a file: the link stays, and so does what it points to', async () => {
    fs.symlinkSync(outside.at('secret'), tree.at('link'));
    const destination = await opened();
    for (const attempt of [
      () => destination.read('link', call),
      () => destination.stat('link', call),
      () => destination.put('link', text('x'), call),
      () => destination.remove('link', call),
      () => destination.move('link', 'here', call),
    ])
      await expect(attempt()).rejects.toMatchObject({ fact: 'refused' });
    await expect(destination.makeFolder('link/', call)).rejects.toMatchObject({ fact: 'taken' });
    expect(await destination.listFolder('', call)).toMatchObject([
      { kind: 'unknown', name: 'link', problem: { code: 'link_skipped', severity: 'warning' } },
    ]);
    expect(fs.readlinkSync(tree.at('link'))).toBe(outside.at('secret'));
  });

  test('no removal of a folder goes through a link in it', async () => {
    tree.write('d/e/f', 'f');
    fs.symlinkSync(outside.at('folder'), tree.at('d/e/link'));
    fs.symlinkSync(outside.at('secret'), tree.at('d/file-link'));
    await (await opened()).remove('d/', call);
    expect(fs.readdirSync(tree.root)).toEqual([]);
  });
});

describe('whoever puts a link in a folder’s stead', () => {
  /** Done right before a system call: the folder `d` goes away, and a link takes its name. */
  function swap(): void {
    if (!fs.existsSync(tree.at('d')) || fs.lstatSync(tree.at('d')).isSymbolicLink()) return;
    fs.renameSync(tree.at('d'), tree.at('away'));
    fs.symlinkSync(outside.at('folder'), tree.at('d'));
  }

  test('does not lead a file elsewhere while it is written', async () => {
    tree.makeFolder('d');
    const destination = await open({
      create(path) {
        swap();
        return realWritableDisk.create(path);
      },
    });
    await destination.put('d/new', text('new'), call);
    expect(fs.readFileSync(tree.at('away/new'), 'utf8')).toBe('new');
  });

  test('does not lead a removal elsewhere', async () => {
    tree.write('d/inner', 'mine');
    const destination = await open({
      removeFile(path) {
        swap();
        realWritableDisk.removeFile(path);
      },
    });
    await destination.remove('d/inner', call);
    expect(fs.readdirSync(tree.at('away'))).toEqual([]);
  });

  test('does not lead a move elsewhere', async () => {
    tree.makeFolder('d');
    tree.write('f', 'f');
    const destination = await open({
      link(from, to) {
        swap();
        realWritableDisk.link(from, to);
      },
    });
    await destination.move('f', 'd/f', call);
    expect(fs.readFileSync(tree.at('away/f'), 'utf8')).toBe('f');
  });
});

describe('a file that is put', () => {
  /** Gives its second half once `between` has run. */
  const halves = (size: number, between: () => Promise<void>): Content => ({
    size,
    chunks: (async function* () {
      yield Buffer.alloc(size / 2, 'a');
      await between();
      yield Buffer.alloc(size / 2, 'b');
    })(),
  });

  test('is not to be seen before it is whole, under no name', async () => {
    tree.write('f', 'old');
    const destination = await open();
    await destination.put(
      'f',
      halves(100, async () => {
        expect(await textOf(destination, 'f')).toBe('old');
        expect(await destination.listFolder('', call)).toMatchObject([{ kind: 'file', name: 'f', size: 3 }]);
        expect(fs.readdirSync(tree.root)).toHaveLength(2);
      }),
      call,
    );
    expect((await textOf(destination, 'f')).length).toBe(100);
    expect(fs.readdirSync(tree.root)).toEqual(['f']);
  });

  test('keeps the permissions of the one it replaces', async () => {
    tree.write('f', 'old');
    fs.chmodSync(tree.at('f'), 0o640);
    await (await open()).put('f', text('new'), call);
    expect(fs.statSync(tree.at('f')).mode & 0o777).toBe(0o640);
  });

  test('is written where the file system has no permissions', async () => {
    tree.write('f', 'old');
    const destination = await open({
      async create(path) {
        const handle = await realWritableDisk.create(path);
        handle.chmod = fails('EPERM');
        return handle;
      },
    });
    await destination.put('f', text('new'), call);
    expect(fs.readFileSync(tree.at('f'), 'utf8')).toBe('new');
  });

  test('has the time that it had in its source, where that is told', async () => {
    const destination = await open();
    await destination.put('f', { ...text('new'), modifiedMs: 1_600_000_000_123 }, call);
    expect(await destination.stat('f', call)).toEqual({ size: 3, modifiedMs: 1_600_000_000_123 });
  });

  test('is on the disk before it has its name, and its name before the call resolves', async () => {
    const steps: string[] = [];
    const noted = <T extends { sync(): Promise<void> }>(what: string, handle: T): T => {
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        await sync();
        steps.push(`${what} flushed`);
      };
      return handle;
    };
    const destination = await open({
      create: async (path) => noted('file', await realWritableDisk.create(path)),
      openLater: async (path, how) => noted('folder', await realWritableDisk.openLater(path, how)),
      rename(from, to) {
        realWritableDisk.rename(from, to);
        steps.push('renamed');
      },
    });
    tree.makeFolder('d');
    await destination.put('d/f', text('new'), call);
    steps.push('resolved');
    expect(steps).toEqual(['file flushed', 'renamed', 'folder flushed', 'resolved']);
  });

  test('replaces nothing but what was expected, and nothing where nothing was', async () => {
    const kept = { code: 'destination_taken', fact: undefined, verdict: 'skip_entry', inDoubt: false };
    tree.write('f', 'old');
    const destination = await open();
    const there = (await destination.stat('f', call))!;
    const others = [null, { ...there, size: 4 }, { ...there, modifiedMs: there.modifiedMs! - 1 }];
    for (const expects of others)
      await expect(destination.put('f', text('new'), { ...call, expects })).rejects.toMatchObject(kept);
    expect(await textOf(destination, 'f')).toBe('old');
    await destination.put('f', text('newer'), { ...call, expects: there });
    await destination.put('g', text('g'), { ...call, expects: null });
    await destination.put('gone', text('gone'), { ...call, expects: there });
    expect(fs.readdirSync(tree.root).toSorted()).toEqual(['f', 'g', 'gone']);
  });

  test('does not replace a file that takes its free name at the last moment', async () => {
    const destination = await open({
      link(from, to) {
        tree.write('f', 'foreign');
        realWritableDisk.link(from, to);
      },
    });
    await expect(destination.put('f', text('new'), { ...call, expects: null })).rejects.toMatchObject({
      code: 'destination_taken',
      fact: undefined,
    });
    expect(await textOf(destination, 'f')).toBe('foreign');
    expect(fs.readdirSync(tree.root)).toEqual(['f']);
  });

  test('does not replace a file that changes while the new one is written', async () => {
    tree.write('f', 'old');
    const destination = await open();
    const expects = (await destination.stat('f', call))!;
    const content = halves(10, async () => tree.write('f', 'edited'));
    await expect(destination.put('f', content, { ...call, expects })).rejects.toMatchObject({
      message:
        'f cannot be written: somebody changed what has its name meanwhile; it is kept, and the next run decides',
    });
    expect(await textOf(destination, 'f')).toBe('edited');
    expect(fs.readdirSync(tree.root)).toEqual(['f']);
  });

  test('with a name of 255 bytes is written', async () => {
    const name = 'n'.repeat(255);
    const destination = await open();
    await destination.put(name, text('new'), call);
    await expect(destination.put(`${name}n`, text('new'), call)).rejects.toMatchObject({
      message: expect.stringMatching(/the path is too long \(ENAMETOOLONG\)$/) as string,
    });
    expect(fs.readdirSync(tree.root)).toEqual([name]);
  });

  test('leaves the old one when the disk is full, and ends the run', async () => {
    tree.write('f', 'old');
    const destination = await open({
      async create(path) {
        const handle = await realWritableDisk.create(path);
        handle.write = fails('ENOSPC');
        return handle;
      },
    });
    await expect(destination.put('f', text('new'), call)).rejects.toMatchObject({
      code: 'destination_full',
      verdict: 'end_run',
      inDoubt: false,
      message: 'f cannot be written: the disk is full (ENOSPC); make room there, and run it again',
      besidePath: 'it cannot be written: the disk is full (ENOSPC); make room there, and run it again',
    });
    expect(fs.readdirSync(tree.root)).toEqual(['f']);
    expect(fs.readFileSync(tree.at('f'), 'utf8')).toBe('old');
  });

  test.each([
    ['EACCES', { code: 'destination_denied', fact: 'refused', inDoubt: false }],
    ['EROFS', { code: 'destination_denied', fact: 'refused', inDoubt: false }],
    ['ENAMETOOLONG', { code: 'destination_refused', fact: 'refused', inDoubt: false }],
    ['EMFILE', { code: 'destination_failed', verdict: 'retry', inDoubt: false }],
    ['EIO', { code: 'destination_failed', verdict: 'skip_entry', inDoubt: true }],
  ])('tells %s as what it means', async (errno, expected) => {
    const destination = await open({ rename: fails(errno) });
    await expect(destination.put('f', text('new'), call)).rejects.toMatchObject(expected);
    expect(fs.readdirSync(tree.root)).toEqual([]);
  });

  test('of a run that was killed has a reserved name that tells its age and that it is a copy', async () => {
    const before = Date.now();
    const destination = await open({ rename: fails('EIO'), removeFile: fails('EIO') });
    await expect(destination.put('f', text('new'), call)).rejects.toThrow();
    const [child] = (await destination.listFolder('', call)) ?? [];
    const [, began = ''] =
      /^\.stagesync-([0-9a-z]{8,9})-[0-9a-f]{12}-\d+-new-$/.exec(child?.name ?? '') ?? [];
    expect(Number.parseInt(began, 36)).toBeGreaterThanOrEqual(before - 10_000);
    expect(Number.parseInt(began, 36)).toBeLessThanOrEqual(Date.now());
  });

  test('lets go of a content that it never reads, and hands back the chunks that it has written', async () => {
    let closed = 0;
    const recycled: Uint8Array[] = [];
    const given = (): Content => ({
      size: 3,
      chunks: {
        [Symbol.asyncIterator]: () => {
          const chunks = [Buffer.from('a'), Buffer.from('bc')];
          return {
            next: async () => {
              const value = chunks.shift();
              return value === undefined ? { done: true, value } : { done: false, value };
            },
            return: async () => {
              closed++;
              return { done: true, value: undefined };
            },
          };
        },
      },
      recycle: (chunk) => recycled.push(chunk),
    });
    const destination = await open();
    await expect(destination.put('no/f', given(), call)).rejects.toMatchObject({ fact: 'missing' });
    expect(closed).toBe(1);
    await destination.put('f', given(), call);
    expect(Buffer.concat(recycled).toString()).toBe('abc');
  });
});

describe('what a run that was killed left half written', () => {
  const [ours, others] = ['0123456789ab', 'ba9876543210'];
  const owned = (owner: string | undefined): Promise<Destination> =>
    openLocalDestination({ root: tree.root, owner: () => owner });
  const left = (owner: string): string => `d/.stagesync-mjq1k2x3-${owner}-7-new-`;
  const shown = async (destination: Destination): Promise<readonly string[]> =>
    [...((await destination.listFolder('d/', call)) ?? [])].map(({ name }) => `d/${name}`).toSorted();

  test('is removed by the same owner when it is listed, and by nobody else', async () => {
    tree.write(left(ours), 'half');
    tree.write(left(others), 'half');
    expect(await shown(await owned(undefined))).toEqual([left(ours), left(others)]);
    expect(await shown(await owned(ours))).toEqual([left(others)]);
    expect(fs.readdirSync(tree.at('d'))).toEqual([left(others).slice(2)]);
  });

  test('is removed only where it is a file with just such a name', async () => {
    const names = [`${left(ours)}x`, left(ours).replace('-new-', '-old-a'), `${left(ours)}/x`];
    for (const name of names) tree.write(name, 'kept');
    await shown(await owned(ours));
    for (const name of names) expect(fs.existsSync(tree.at(name))).toBe(true);
  });

  test('is not taken for what is being written', async () => {
    tree.makeFolder('d');
    const destination = await owned(ours);
    const content: Content = {
      size: 2,
      chunks: (async function* () {
        yield Buffer.from('a');
        expect(await shown(destination)).toEqual([]);
        yield Buffer.from('b');
      })(),
    };
    await destination.put('d/f', content, call);
    expect(fs.readFileSync(tree.at('d/f'), 'utf8')).toBe('ab');
  });
});

describe('a move', () => {
  test('does not replace a file that takes the name at the last moment', async () => {
    tree.write('a', 'a');
    const destination = await open({
      link(from, to) {
        tree.write('b', 'foreign');
        realWritableDisk.link(from, to);
      },
    });
    await expect(destination.move('a', 'b', call)).rejects.toMatchObject({ fact: 'taken', path: 'b' });
    expect([await textOf(destination, 'a'), await textOf(destination, 'b')]).toEqual(['a', 'foreign']);
  });

  test('does not remove a file that takes the old name at the last moment', async () => {
    tree.write('a', 'a');
    const destination = await open({
      link(from, to) {
        realWritableDisk.link(from, to);
        tree.remove('a');
        tree.write('a', 'foreign');
      },
    });
    await expect(destination.move('a', 'b', call)).rejects.toMatchObject({
      code: 'destination_unclear',
      verdict: 'skip_entry',
      inDoubt: true,
    });
    expect([await textOf(destination, 'a'), await textOf(destination, 'b')]).toEqual(['foreign', 'a']);
  });

  test('of a folder does not swallow what takes its name at the last moment', async () => {
    tree.write('a/f', 'f');
    const destination = await open({
      rename(from, to) {
        tree.write('b/foreign', 'foreign');
        realWritableDisk.rename(from, to);
      },
    });
    await expect(destination.move('a/', 'b/', call)).rejects.toMatchObject({ fact: 'taken' });
    expect([await textOf(destination, 'a/f'), await textOf(destination, 'b/foreign')]).toEqual([
      'f',
      'foreign',
    ]);
  });

  test('that the disk refuses leaves no empty folder behind', async () => {
    tree.write('a/f', 'f');
    const destination = await open({ rename: fails('EXDEV') });
    await expect(destination.move('a/', 'b/', call)).rejects.toMatchObject({ fact: 'refused' });
    expect(fs.readdirSync(tree.root)).toEqual(['a']);
  });

  test('keeps the time of a file', async () => {
    tree.write('a', 'a');
    fs.utimesSync(tree.at('a'), 1_600_000_000, 1_600_000_000);
    const destination = await open();
    await destination.move('a', 'b', call);
    expect(await destination.stat('b', call)).toEqual({ size: 1, modifiedMs: 1_600_000_000_000 });
  });
});

describe('a listing', () => {
  test('shows what is neither file nor folder, and names that are no paths, as unknown', async () => {
    tree.write('a', 'a');
    execFileSync('mkfifo', [tree.at('fifo')]);
    tree.write('line\nbreak', '');
    tree.write('back\\slash', '');
    fs.writeFileSync(Buffer.concat([Buffer.from(`${tree.root}/`), Buffer.from([0xff])]), '');
    tree.write('\u{fffd}', 'a character like any other');
    const children = [...((await (await open()).listFolder('', call)) ?? [])];
    const told = children.map((child) =>
      child.kind === 'unknown' ? `${child.problem.code} ${child.name}` : `${child.kind} ${child.name}`,
    );
    expect(told.toSorted()).toEqual([
      'file a',
      'file \u{fffd}',
      'name_not_allowed \\xff',
      'name_not_allowed back\\slash',
      'name_not_allowed line\\nbreak',
      'special_file fifo',
    ]);
  });

  test('of a folder that nobody may read rejects, and is no absence', async () => {
    tree.makeFolder('d');
    const destination = await open({ children: fails('EACCES') });
    await expect(destination.listFolder('d/', call)).rejects.toMatchObject({
      code: 'destination_denied',
      verdict: 'skip_entry',
      operation: 'list',
      path: 'd/',
    });
  });

  test('of many files lets the event loop turn', async () => {
    for (let file = 0; file < 5_000; file++) fs.writeFileSync(tree.at(`f${file}`), '');
    let turns = 0;
    const turning = setInterval(() => turns++, 0);
    expect(await (await open()).listFolder('', call)).toHaveLength(5_000);
    clearInterval(turning);
    expect(turns).toBeGreaterThan(1);
  });
});

describe('the folder itself', () => {
  test('has to be there', async () => {
    await expect(openLocalDestination({ root: tree.at('no') })).rejects.toMatchObject({
      code: 'destination_missing',
      fact: 'missing',
      verdict: 'end_run',
    });
    tree.write('file', '');
    await expect(openLocalDestination({ root: tree.at('file'), create: true })).rejects.toMatchObject({
      code: 'destination_taken',
      fact: 'taken',
      verdict: 'end_run',
    });
  });

  test('is made with the first change where that is asked for, and looks empty until then', async () => {
    const destination = await openLocalDestination({ root: tree.at('new/deep'), create: true });
    expect(await destination.listFolder('', call)).toEqual([]);
    expect(await destination.listFolder('a/', call)).toBeUndefined();
    expect(await destination.stat('f', call)).toBeUndefined();
    await expect(destination.read('f', call)).rejects.toMatchObject({ fact: 'missing' });
    await expect(destination.remove('f', call)).rejects.toMatchObject({ fact: 'missing' });
    expect(fs.readdirSync(tree.root)).toEqual([]);
    await destination.put('f', text('f'), call);
    expect(fs.readFileSync(tree.at('new/deep/f'), 'utf8')).toBe('f');
  });

  test('may be a link', async () => {
    tree.makeFolder('real');
    fs.symlinkSync('real', tree.at('link'));
    const destination = await openLocalDestination({ root: tree.at('link') });
    await destination.makeFolder('d/', call);
    await destination.put('d/f', text('f'), call);
    expect(fs.readFileSync(tree.at('real/d/f'), 'utf8')).toBe('f');
  });

  test.each(['goes away', 'is replaced'])('ends the run when it %s', async (what) => {
    tree.write('target/f', 'f');
    const destination = await openLocalDestination({ root: tree.at('target'), create: true });
    fs.renameSync(tree.at('target'), tree.at('away'));
    if (what === 'is replaced') tree.makeFolder('target');
    for (const attempt of [
      () => destination.listFolder('', call),
      () => destination.stat('f', call),
      () => destination.read('f', call),
      () => destination.put('f', text('x'), call),
      () => destination.makeFolder('d/', call),
      () => destination.move('f', 'g', call),
      () => destination.remove('f', call),
    ])
      await expect(attempt()).rejects.toMatchObject({
        code: 'destination_unclear',
        verdict: 'end_run',
      });
    expect(fs.readFileSync(tree.at('away/f'), 'utf8')).toBe('f');
  });
});

test('a file that is written to while it is read is not given whole', async () => {
  tree.write('f', Buffer.alloc(2_000_000, 'a'));
  const destination = await open();
  const chunks = (await destination.read('f', call))[Symbol.asyncIterator]();
  const first = await chunks.next();
  let got = (first.value as Uint8Array).byteLength;
  fs.appendFileSync(tree.at('f'), 'more');
  await expect(
    (async () => {
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
        got += next.value.byteLength;
    })(),
  ).rejects.toMatchObject({ code: 'entry_changed', fact: 'changed' });
  expect(got).toBeLessThan(2_000_000);
});

test('a removal that stops halfway may have removed something, and says so', async () => {
  for (const name of ['a', 'b', 'c']) tree.write(`d/${name}`, name);
  let removed = 0;
  const destination = await open({
    removeFile(path) {
      if (++removed === 2) fails('EACCES')();
      realWritableDisk.removeFile(path);
    },
  });
  await expect(destination.remove('d/', call)).rejects.toMatchObject({
    code: 'destination_denied',
    inDoubt: true,
    operation: 'remove',
    path: 'd/',
  });
  expect(fs.readdirSync(tree.at('d'))).toHaveLength(2);
});
