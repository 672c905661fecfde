import fs from 'node:fs';
import { createServer } from 'node:net';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileEntry, SourceEntry, UnknownEntry } from '../../../../src/model/entry.ts';
import type { PathFilter } from '../../../../src/model/ports.ts';
import { realDisk } from '../../../../src/disk/disk.ts';
import type { Child, Disk } from '../../../../src/disk/disk.ts';
import { openLocalSource } from '../../../../src/sources/local/local-source.ts';
import { createFilter, everything, hiding } from '../../../../src/filter/filter.ts';
import { localTree } from '../../../support/trees/local-tree.ts';
import type { LocalTree } from '../../../support/trees/local-tree.ts';

let tree: LocalTree;
beforeEach(() => {
  tree = localTree();
});
afterEach(() => tree[Symbol.dispose]());

const { signal } = new AbortController();

interface How {
  readonly follow?: boolean;
  readonly disk?: Partial<Disk>;
  readonly filter?: PathFilter;
}

async function list({ follow = false, disk = {}, filter = everything }: How = {}): Promise<SourceEntry[]> {
  const source = await openLocalSource({ root: tree.root, followSymlinks: follow }, { ...realDisk, ...disk });
  return (await Array.fromAsync(source.list({ filter, signal }))).flat();
}

async function listFolder(folder: string, how: How = {}): Promise<readonly SourceEntry[] | undefined> {
  const disk = { ...realDisk, ...how.disk };
  const source = await openLocalSource({ root: tree.root, followSymlinks: how.follow ?? false }, disk);
  return source.listFolder?.(folder, { filter: how.filter ?? everything, signal });
}

/** One line an entry: 'file a', 'unknown b/ (link_skipped warning)', 'unknown b/ (echo)'. */
const lines = (entries: readonly SourceEntry[] | undefined): string[] | undefined => entries?.map(line);
const line = (entry: SourceEntry): string =>
  `${entry.kind} ${entry.path}${entry.kind === 'unknown' ? ` (${about(entry)})` : ''}`;
const about = ({ covers, problem, echo }: UnknownEntry): string =>
  `${covers} ${echo ? 'echo' : `${problem.code} ${problem.severity}`}`;

const failing = (code: string): never => {
  throw Object.assign(new Error(code), { code });
};

describe('folders', () => {
  test('are entries before what they hold, also empty ones', async () => {
    tree.write('a/b/c', 'x');
    tree.makeFolder('empty/inner');
    expect(lines(await list())).toEqual([
      'folder a/',
      'folder a/b/',
      'file a/b/c',
      'folder empty/',
      'folder empty/inner/',
    ]);
  });

  test('that no include names are walked, but are no entries', async () => {
    tree.write('a/b.csv', 'x');
    tree.write('c/d.txt', 'x');
    const filter = createFilter({ rules: [{ kind: 'include', pattern: '*.csv' }] });
    expect(lines(await list({ filter }))).toEqual(['file a/b.csv']);
  });

  test('that the filter prunes are not opened', async () => {
    tree.write('a/b', 'x');
    tree.write('skip/c', 'x');
    const opened: string[] = [];
    const disk: Partial<Disk> = {
      children: (folder) => {
        opened.push(folder);
        return realDisk.children(folder);
      },
    };
    const filter = createFilter({ rules: [{ kind: 'exclude', pattern: 'skip/' }] });
    expect(lines(await list({ filter, disk }))).toEqual(['folder a/', 'file a/b']);
    expect(opened).not.toContain(tree.at('skip'));
  });

  test.each(['EACCES', 'EIO'])(
    'that cannot be read (%s) are unknown with all below, and the rest is listed',
    async (code) => {
      for (const path of ['a/x', 'b/y', 'c/z']) tree.write(path, 'x');
      const children = (folder: string) =>
        folder === tree.at('b') ? failing(code) : realDisk.children(folder);
      expect(lines(await list({ disk: { children } }))).toEqual([
        'folder a/',
        'file a/x',
        'unknown b/ (subtree unreadable failure)',
        'folder c/',
        'file c/z',
      ]);
    },
  );

  test('that fail half way through are unknown, and give no part of their files', async () => {
    for (const path of ['b/1', 'b/2', 'c']) tree.write(path, 'x');
    function* children(folder: string) {
      for (const child of realDisk.children(folder)) {
        yield child;
        if (folder === tree.at('b')) failing('EIO');
      }
    }
    expect(lines(await list({ disk: { children } }))).toEqual([
      'unknown b/ (subtree unreadable failure)',
      'file c',
    ]);
  });

  test('whose files cannot be looked at list these as unknown', async () => {
    for (const path of ['b/1', 'b/2']) tree.write(path, 'x');
    const lstat = (path: string) => (path === tree.at('b/1') ? failing('EACCES') : realDisk.lstat(path));
    expect(lines(await list({ disk: { lstat } }))).toEqual([
      'folder b/',
      'unknown b/1 (path unreadable failure)',
      'file b/2',
    ]);
  });
});

describe('what vanishes while it is listed', () => {
  test('is left out when its folder is still there', async () => {
    for (const path of ['a/1', 'a/2', 'b/1', 'c']) tree.write(path, 'x');
    const lstat = (path: string) => {
      if (path === tree.at('a/1')) tree.remove('a/1');
      if (path === tree.at('b')) tree.remove('b');
      return realDisk.lstat(path);
    };
    expect(lines(await list({ disk: { lstat } }))).toEqual(['folder a/', 'file a/2', 'file c']);
  });

  test('is unknown when its folder went with it, reported once', async () => {
    for (const path of ['a/1', 'a/2', 'a/3/x', 'c']) tree.write(path, 'x');
    const lstat = (path: string) => {
      if (path === tree.at('a/1')) fs.renameSync(tree.at('a'), tree.at('z'));
      return realDisk.lstat(path);
    };
    expect(lines(await list({ disk: { lstat } }))).toEqual([
      'folder a/',
      'unknown a/1 (path vanished warning)',
      'unknown a/2 (path echo)',
      'unknown a/3/ (subtree echo)',
      'file c',
    ]);
  });

  test('ends the listing when it is the root', async () => {
    for (const path of ['a/1', 'b']) tree.write(path, 'x');
    const lstat = (path: string) => {
      if (path === tree.at('a')) fs.rmSync(tree.root, { recursive: true });
      return realDisk.lstat(path);
    };
    await expect(list({ disk: { lstat } })).rejects.toMatchObject({
      code: 'source_missing',
      verdict: 'end_run',
    });
  });

  test('ends the listing when another folder took the name of the root', async () => {
    for (const path of ['a/1', 'b']) tree.write(path, 'x');
    const lstat = (path: string) => {
      if (path === tree.at('b')) {
        fs.renameSync(tree.root, `${tree.root}-old`);
        fs.mkdirSync(tree.root);
      }
      return realDisk.lstat(path);
    };
    await expect(list({ disk: { lstat } })).rejects.toMatchObject({ code: 'guard_root_changed' });
    fs.rmSync(`${tree.root}-old`, { recursive: true });
  });

  test('ends the listing even when the root is replaced after the last file', async () => {
    for (const path of ['a', 'b']) tree.write(path, 'x');
    const lstat = (path: string) => {
      const stats = realDisk.lstat(path);
      if (path === tree.at('b')) {
        fs.renameSync(tree.root, `${tree.root}-old`);
        fs.mkdirSync(tree.root);
      }
      return stats;
    };
    await expect(list({ disk: { lstat } })).rejects.toMatchObject({ code: 'guard_root_changed' });
    fs.rmSync(`${tree.root}-old`, { recursive: true });
  });

  test('is unknown when something else took its name', async () => {
    tree.write('a', 'x');
    tree.write('b/c', 'x');
    const lstat = (path: string) => {
      if (path === tree.at('a') && fs.statSync(path).isFile()) {
        tree.remove('a');
        tree.makeFolder('a');
      }
      if (path === tree.at('b')) {
        tree.remove('b');
        tree.write('b', 'x');
      }
      return realDisk.lstat(path);
    };
    tree.write('a-b', 'sorts between a and a/');
    expect(lines(await list({ disk: { lstat } }))).toEqual([
      'unknown a (path changed_while_listed warning)',
      'file a-b',
      'unknown a/ (subtree echo)',
      'unknown b/ (subtree changed_while_listed warning)',
    ]);
  });

  test('is unknown with what the folder of its name may hold when it is no file any more', async () => {
    for (const path of ['d/a', 'd/a-b', 'd/z']) tree.write(path, 'x');
    const disk: Partial<Disk> = {
      lstat(path) {
        if (path === tree.at('d/a') && fs.statSync(path).isFile()) {
          tree.remove('d/a');
          tree.makeFolder('d/a');
        }
        return realDisk.lstat(path);
      },
    };
    expect(lines(await listFolder('d/', { disk }))).toEqual([
      'unknown d/a (path changed_while_listed warning)',
      'file d/a-b',
      'unknown d/a/ (subtree echo)',
      'file d/z',
    ]);
  });
});

describe.each([
  ['is open', {}],
  ['cannot be read from where it is open', { placeOf: undefined }],
])('a folder that %s, whose name a link takes while it is listed', (_how, how: Partial<Disk>) => {
  /** Moves a folder away, and puts a link to another one in its place. */
  const swap = (folder: string): void => {
    fs.renameSync(tree.at(folder), tree.at('zz'));
    fs.symlinkSync(tree.at('elsewhere'), tree.at(folder));
  };
  beforeEach(() => {
    for (const path of ['a/b/own', 'c', 'elsewhere/b/theirs', 'elsewhere/theirs']) tree.write(path, 'x');
  });
  const theirs = (entries: readonly SourceEntry[] | undefined): string[] =>
    (entries ?? []).map(({ path }) => path).filter((path) => /^a\/.*theirs/.test(path));

  /** Swaps right before the names in `folder` are read. */
  const before = (folder: string, swapped: string): Partial<Disk> => ({
    ...how,
    children(place, fd) {
      if (place === tree.at(folder) && fs.lstatSync(tree.at(swapped)).isDirectory()) swap(swapped);
      return realDisk.children(place, fd);
    },
  });

  test('is unknown with all below, and nothing behind the link is listed', async () => {
    const entries = await list({ disk: before('a', 'a') });
    expect(lines(entries)?.slice(0, 2)).toEqual([
      'unknown a/ (subtree changed_while_listed warning)',
      'file c',
    ]);
    expect(theirs(entries)).toEqual([]);
  });

  test('is unknown also when the link is further up', async () => {
    const entries = await list({ disk: before('a/b', 'a') });
    expect(lines(entries)?.slice(0, 3)).toEqual([
      'folder a/',
      'unknown a/b/ (subtree changed_while_listed warning)',
      'file c',
    ]);
    expect(theirs(entries)).toEqual([]);
  });

  test('is unknown also when the link is further up before it is looked at', async () => {
    const lstat: Disk['lstat'] = (path) => {
      if (path === tree.at('a/b') && fs.lstatSync(tree.at('a')).isDirectory()) swap('a');
      return realDisk.lstat(path);
    };
    const entries = await list({ disk: { ...how, lstat } });
    expect(lines(entries)?.[1]).toBe('unknown a/b/ (subtree changed_while_listed warning)');
    expect(theirs(entries)).toEqual([]);
  });

  test.each([
    ['a/', 'a'],
    ['a/b/', 'a/b'],
    ['a/b/', 'a'],
  ])('is unknown when only %s is listed and %s is the link', async (folder, swapped) => {
    const entries = await listFolder(folder, { disk: before(folder.slice(0, -1), swapped) });
    expect(lines(entries)).toEqual([`unknown ${folder} (subtree changed_while_listed warning)`]);
  });

  test('is absent when it is gone right after it was read', async () => {
    const lstat: Disk['lstat'] = (path) => {
      if (path === tree.at('a/b') && looks++ === 1) tree.remove('a/b');
      return realDisk.lstat(path);
    };
    let looks = 0;
    expect(lines(await list({ disk: { ...how, lstat } }))?.slice(0, 2)).toEqual(['folder a/', 'file c']);
  });

  test('is listed through the link from the next look on where links are followed', async () => {
    swap('a');
    expect(theirs(await list({ follow: true }))).toEqual(['a/b/theirs', 'a/theirs']);
  });

  test('shows no file behind it', async () => {
    const source = await openLocalSource({ root: tree.root, followSymlinks: false });
    expect(await source.stat!('a/b/own', { signal })).toMatchObject({ path: 'a/b/own', size: 1 });
    swap('a');
    expect(await source.stat!('a/theirs', { signal })).toBeUndefined();
    expect(await source.stat!('a/b/theirs', { signal })).toBeUndefined();
    const following = await openLocalSource({ root: tree.root, followSymlinks: true });
    expect(await following.stat!('a/theirs', { signal })).toMatchObject({ path: 'a/theirs' });
  });
});

test('a folder whose name is a link only while it is read is the one that is read, and none stays open', async () => {
  for (const path of ['a/own', 'elsewhere/theirs']) tree.write(path, 'x');
  fs.symlinkSync('elsewhere', tree.at('link'));
  const exchange = (from: string, to: string): void => {
    fs.renameSync(tree.at('a'), tree.at(from));
    fs.renameSync(tree.at(to), tree.at('a'));
  };
  const open = new Set<number>();
  const disk: Partial<Disk> = {
    *children(place, fd) {
      if (place === tree.at('a')) exchange('away', 'link');
      const children = [...realDisk.children(place, fd)];
      if (place === tree.at('a')) exchange('link', 'away');
      yield* children;
    },
    openFolder(place) {
      const fd = realDisk.openFolder(place);
      open.add(fd);
      return fd;
    },
    close(fd) {
      open.delete(fd);
      realDisk.close(fd);
    },
  };
  const filter = createFilter({ rules: [{ kind: 'exclude', pattern: 'link' }] });
  expect(lines(await list({ disk, filter }))).toEqual([
    'folder a/',
    'file a/own',
    'folder elsewhere/',
    'file elsewhere/theirs',
  ]);
  expect(lines(await listFolder('a/', { disk, filter }))).toEqual(['file a/own']);
  const reason = new Error('enough');
  const stop = new AbortController();
  const stopping = {
    ...disk,
    children: (place: string) =>
      place === tree.at('a') ? endless(() => stop.abort(reason)) : realDisk.children(place),
  };
  const source = await openLocalSource(
    { root: tree.root, followSymlinks: false },
    { ...realDisk, ...stopping },
  );
  const until = { filter, signal: stop.signal };
  await expect(source.listFolder!('a/', until)).rejects.toBe(reason);
  await expect(Array.fromAsync(source.list({ filter, signal: stop.signal }))).rejects.toBe(reason);
  expect([...open]).toEqual([]);
});

function* endless(stop: () => void): Generator<Child> {
  for (let at = 0; ; at++) {
    if (at === 10_000) stop();
    yield { name: `${at}`, kind: 'file' };
  }
}

describe('links', () => {
  beforeEach(() => {
    tree.write('real/x', 'x');
    fs.symlinkSync('real', tree.at('dir'));
    fs.symlinkSync('real/x', tree.at('file'));
    fs.symlinkSync('nowhere', tree.at('dangling'));
    fs.symlinkSync('..', tree.at('real/up'));
    tree.write('dir-b', 'sorts between dir and dir/');
  });

  test('are reported once and skipped, and protect all that may be behind them', async () => {
    expect(lines(await list())).toEqual([
      'unknown dangling (path link_skipped warning)',
      'unknown dangling/ (subtree echo)',
      'unknown dir (path link_skipped warning)',
      'file dir-b',
      'unknown dir/ (subtree echo)',
      'unknown file (path link_skipped warning)',
      'unknown file/ (subtree echo)',
      'folder real/',
      'unknown real/up (path link_skipped warning)',
      'unknown real/up/ (subtree echo)',
      'file real/x',
    ]);
  });

  test('are followed on demand; those that lead nowhere or back are reported', async () => {
    const entries = await list({ follow: true });
    expect(lines(entries)).toEqual([
      'unknown dangling (path link_dangling failure)',
      'unknown dangling/ (subtree echo)',
      'file dir-b',
      'folder dir/',
      'unknown dir/up (path link_loop warning)',
      'unknown dir/up/ (subtree echo)',
      'file dir/x',
      'file file',
      'folder real/',
      'unknown real/up (path link_loop warning)',
      'unknown real/up/ (subtree echo)',
      'file real/x',
    ]);
    expect(entries.find((entry) => entry.path === 'file')).toMatchObject({ size: 1 });
  });

  test('to themselves are loops', async () => {
    fs.symlinkSync('self', tree.at('self'));
    expect(lines(await list({ follow: true }))).toContain('unknown self (path link_loop warning)');
  });

  test('that the filter leaves out are not reported', async () => {
    const filter = createFilter({
      rules: ['dir', 'file', 'dangling', 'up'].map((pattern) => ({ kind: 'exclude', pattern })),
    });
    expect(lines(await list({ filter }))).toEqual(['file dir-b', 'folder real/', 'file real/x']);
  });

  test('may be the root itself', async () => {
    const source = await openLocalSource({ root: tree.at('dir'), followSymlinks: false });
    const entries = (await Array.fromAsync(source.list({ filter: everything, signal }))).flat();
    expect(lines(entries)?.at(-1)).toBe('file x');
    expect(source.label).toBe(tree.at('dir'));
  });
});

describe('names and kinds that cannot be synced', () => {
  test('sockets and FIFOs are reported, unless the filter leaves them out, and protect what Stage has there', async () => {
    execFileSync('mkfifo', [tree.at('pipe')]);
    fs.symlinkSync('pipe', tree.at('to'));
    tree.write('pipe-1', 'sorts between pipe and pipe/');
    const server = createServer().listen(tree.at('sock'));
    try {
      const both = (name: string, code: string): string[] => [
        `unknown ${name} (path ${code} warning)`,
        `unknown ${name}/ (subtree echo)`,
      ];
      const pipe = both('pipe', 'special_file').toSpliced(1, 0, 'file pipe-1');
      const sock = both('sock', 'special_file');
      expect(lines(await list())).toEqual([...pipe, ...sock, ...both('to', 'link_skipped')]);
      expect(lines(await list({ follow: true }))).toEqual([...pipe, ...sock, ...both('to', 'special_file')]);
      expect(await list({ filter: createFilter({ rules: [{ kind: 'exclude', pattern: '*' }] }) })).toEqual(
        [],
      );
    } finally {
      server.close();
    }
  });

  test('names with a backslash or a control character are failures, in their place', async () => {
    for (const path of ['a\\b', 'a\nb', 'd\\e/f', 'ok']) tree.write(path, 'x');
    expect(lines(await list())).toEqual([
      'unknown a\nb (path name_not_allowed failure)',
      'unknown a\\b (path name_not_allowed failure)',
      'unknown d\\e/ (subtree name_not_allowed failure)',
      'file ok',
    ]);
  });

  test('names that are not UTF-8 are failures without a place; a real U+FFFD is a name', async () => {
    tree.write('a\uFFFDb', 'x');
    const bad = (bytes: number[]) => Buffer.concat([Buffer.from(`${tree.root}/`), Buffer.from(bytes)]);
    fs.writeFileSync(bad([0x61, 0xff, 0x62]), 'x');
    fs.mkdirSync(bad([0x64, 0xe9]));
    const entries = await list();
    expect(lines(entries.filter((entry) => entry.kind === 'file'))).toEqual(['file a\uFFFDb']);
    expect(lines(entries.filter((entry) => entry.kind === 'unknown'))?.toSorted()).toEqual([
      'unknown a\\xffb (nothing name_not_allowed failure)',
      'unknown d\\xe9 (nothing name_not_allowed failure)',
    ]);
  });
});

describe('names that are reserved for our own files on Stage', () => {
  const RESERVED = [
    'unknown .stagesync-dir/ (nothing reserved_name warning)',
    'unknown .stagesync-file (nothing reserved_name warning)',
    'unknown .stagesync-link (nothing reserved_name warning)',
  ];
  beforeEach(() => {
    for (const path of ['.stagesync-file', '.stagesync-dir/a', '.stagesync-dir/.stagesync-b', '.stagesync'])
      tree.write(path, 'x');
    tree.write('.stagesyncignore', '');
    fs.symlinkSync('nowhere', tree.at('.stagesync-link'));
    tree.write('d/.stagesync-x', 'x');
    tree.write('d/.stagesync-\uFFFD', 'x');
    fs.writeFileSync(Buffer.concat([Buffer.from(`${tree.root}/d/.stagesync-`), Buffer.from([0xff])]), 'x');
  });
  const D = [
    'unknown d/.stagesync-x (nothing reserved_name warning)',
    'unknown d/.stagesync-\\xff (nothing reserved_name warning)',
    'unknown d/.stagesync-\uFFFD (nothing reserved_name warning)',
  ].toSorted();

  test.each([[false], [true]])(
    'are reported once each, a folder as one (links followed: %s)',
    async (follow) => {
      expect(lines(await list({ follow }))).toEqual([...RESERVED, 'file .stagesync', 'folder d/', ...D]);
    },
  );

  test('are reported when one folder is listed, and nothing is listed below them', async () => {
    expect(lines(await listFolder(''))).toEqual([...RESERVED, 'file .stagesync', 'folder d/']);
    expect(lines(await listFolder('d/'))).toEqual(D);
    expect(await listFolder('.stagesync-dir/')).toEqual([]);
  });

  test('say what to do', async () => {
    const [entry] = await list();
    expect((entry as UnknownEntry).problem.message).toMatch(
      /^its name is reserved .*; rename it to sync it$/,
    );
  });

  test('are listed by no filter, whether it knows of them or not', async () => {
    const filter: PathFilter = { excludes: () => false, prunes: () => false };
    expect(lines(await list({ filter }))).toEqual([
      ...RESERVED,
      'file .stagesync',
      'file .stagesyncignore',
      'folder d/',
      ...D,
    ]);
  });

  test.each([
    ['*', []],
    ['.stagesync-*', ['file .stagesync', 'folder d/']],
    ['.stagesync-dir/', [...RESERVED.slice(1), 'file .stagesync', 'folder d/', ...D]],
    ['d/', [...RESERVED, 'file .stagesync']],
  ])('are not reported when a rule leaves them out: %s', async (pattern, expected) => {
    const rules = createFilter({ rules: [{ kind: 'exclude', pattern }] });
    expect(lines(await list({ filter: rules }))).toEqual(expected);
    const ignoring = createFilter({ rules: [], ignoreFile: [pattern] });
    expect(lines(await list({ filter: ignoring }))).toEqual(expected);
    expect(lines(await list({ filter: hiding(ignoring, 'm') }))).toEqual(expected);
  });

  test('are not reported when they are not among what is included', async () => {
    const filter = createFilter({ rules: [{ kind: 'include', pattern: '*.csv' }] });
    // a folder, or what a link leads to, may hold something that is included
    expect(lines(await list({ filter }))).toEqual([RESERVED[0], RESERVED[2]]);
  });
});

describe('one folder', () => {
  test('is listed without what lies deeper', async () => {
    for (const path of ['a/1', 'a/b/2', 'a/b-c', 'd']) tree.write(path, 'x');
    expect(lines(await listFolder('a/'))).toEqual(['file a/1', 'file a/b-c', 'folder a/b/']);
    expect(lines(await listFolder(''))).toEqual(['folder a/', 'file d']);
  });

  test('is undefined when it is missing or a file, and unknown when it cannot be read', async () => {
    tree.write('a/1', 'x');
    expect(await listFolder('b/')).toBeUndefined();
    expect(await listFolder('a/1/')).toBeUndefined();
    expect(await listFolder('a/1/2/')).toBeUndefined();
    const children = (folder: string) =>
      folder === tree.at('a') ? failing('EACCES') : realDisk.children(folder);
    expect(lines(await listFolder('a/', { disk: { children } }))).toEqual([
      'unknown a/ (subtree unreadable failure)',
    ]);
  });

  test('behind a link is unknown, unless links are followed', async () => {
    tree.write('real/in/x', 'x');
    fs.symlinkSync('real', tree.at('dir'));
    expect(lines(await listFolder('dir/in/'))).toEqual(['unknown dir/in/ (subtree link_skipped warning)']);
    expect(lines(await listFolder('dir/in/', { follow: true }))).toEqual(['file dir/in/x']);
  });

  test('finds loops through the folders on the way', async () => {
    tree.makeFolder('a/b');
    fs.symlinkSync('..', tree.at('a/b/up'));
    expect(lines(await listFolder('a/b/', { follow: true }))).toContain(
      'unknown a/b/up (path link_loop warning)',
    );
  });

  test('rejects when the root is gone', async () => {
    const source = await openLocalSource({ root: tree.root, followSymlinks: false });
    fs.rmSync(tree.root, { recursive: true });
    await expect(source.listFolder?.('a/', { filter: everything, signal })).rejects.toMatchObject({
      code: 'source_missing',
    });
  });
});

describe('opening', () => {
  test('rejects a root that is missing, is a file, or may not be read', async () => {
    tree.write('file', 'x');
    const open = (path: string, disk: Partial<Disk> = {}) =>
      openLocalSource({ root: tree.at(path), followSymlinks: false }, { ...realDisk, ...disk });
    await expect(open('nowhere')).rejects.toMatchObject({ code: 'source_missing', verdict: 'end_run' });
    await expect(open('file')).rejects.toMatchObject({ code: 'source_missing' });
    await expect(open('.', { children: () => failing('EACCES') })).rejects.toMatchObject({
      code: 'source_denied',
    });
  });

  test('a root that becomes a file stops the next listing', async () => {
    const source = await openLocalSource({ root: tree.root, followSymlinks: false });
    fs.rmSync(tree.root, { recursive: true });
    fs.writeFileSync(tree.root, '');
    await expect(Array.fromAsync(source.list({ filter: everything, signal }))).rejects.toMatchObject({
      code: 'guard_root_changed',
    });
  });
});

describe('a version', () => {
  test('has the time to the nanosecond, and a rename keeps the identity', async () => {
    tree.write('a', 'x');
    const [before] = await list();
    fs.renameSync(tree.at('a'), tree.at('b'));
    const [after] = await list();
    expect(after).toEqual({ ...before, path: 'b' });
    const { size, mtimeNs, ino } = fs.statSync(tree.at('b'), { bigint: true });
    expect(after).toMatchObject({ version: `${size}:${mtimeNs}` });
    expect((after as { identity?: string }).identity).toContain(`:${ino}:`);
  });

  test('tells apart times long before and after what most files have', async () => {
    const years = [1950, 1969, 1970, 2038, 2200];
    for (const year of years) {
      tree.write(`${year}`, 'x');
      // Not a number: Node takes a negative one for now.
      const time = new Date(Date.UTC(year, 5, 1));
      fs.utimesSync(tree.at(`${year}`), time, time);
    }
    const listed = await list();
    expect(listed).toEqual(
      years.map((year) => expect.objectContaining({ kind: 'file', modifiedMs: Date.UTC(year, 5, 1) })),
    );
    expect(new Set(listed.map((entry) => (entry as { version?: string }).version)).size).toBe(years.length);
    expect(await list()).toEqual(listed);
    const source = await openLocalSource({ root: tree.root, followSymlinks: false });
    for (const entry of listed)
      expect(await source.read(entry as FileEntry, { signal })).toMatchObject({ size: 1 });
    await source.close();
  });

  test('has no identity where the file system keeps no birth time', async () => {
    tree.write('a', 'x');
    const lstat: Disk['lstat'] = (path) => {
      const stats = realDisk.lstat(path);
      return stats && Object.assign(stats, { birthtimeNs: 0n });
    };
    expect((await list({ disk: { lstat } }))[0]).not.toHaveProperty('identity');
  });
});

test('a long walk lets the event loop turn', async () => {
  for (let at = 0; at < 3000; at++) tree.write(`d${at % 3}/${at}`, '');
  let turns = 0;
  let done = false;
  const turn = (): void => {
    turns += 1;
    if (!done) setImmediate(turn);
  };
  // Slow enough that slices end whatever the machine.
  const lstat: Disk['lstat'] = (path) => {
    const end = performance.now() + 0.02;
    while (performance.now() < end);
    return realDisk.lstat(path);
  };
  setImmediate(turn);
  await list({ disk: { lstat } });
  done = true;
  expect(turns).toBeGreaterThan(3);
});
