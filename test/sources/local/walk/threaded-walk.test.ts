import fs from 'node:fs';
import type { WorkerOptions } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SourceEntry } from '../../../../src/model/entry.ts';
import type { PathFilter } from '../../../../src/model/ports.ts';
import { realDisk } from '../../../../src/disk/disk.ts';
import type { Disk } from '../../../../src/disk/disk.ts';
import { listTree } from '../../../../src/sources/local/walk/list-tree.ts';
import { ThreadedWalk } from '../../../../src/sources/local/walk/threaded-walk.ts';
import { Walk } from '../../../../src/sources/local/walk/walk.ts';
import { createFilter, everything } from '../../../../src/filter/filter.ts';
import { localTree } from '../../../support/trees/local-tree.ts';
import type { LocalTree } from '../../../support/trees/local-tree.ts';

/** What the other thread runs before its program: there a test makes it fail. */
const preload = vi.hoisted(() => ({ code: '' }));
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>();
  class PreloadedWorker extends real.Worker {
    constructor(program: string | URL, options?: WorkerOptions) {
      const module = `data:text/javascript,${encodeURIComponent(preload.code)}`;
      super(program, { ...options, execArgv: preload.code === '' ? [] : ['--import', module] });
    }
  }
  return { ...real, Worker: PreloadedWorker };
});

let tree: LocalTree;
let walked: ThreadedWalk | undefined;
beforeEach(() => {
  tree = localTree();
});
afterEach(async () => {
  preload.code = '';
  vi.restoreAllMocks();
  await walked?.close();
  tree[Symbol.dispose]();
});

const never = new AbortController().signal;

function walk(filter = everything): Walk {
  return new Walk({ disk: realDisk, root: tree.root, followSymlinks: false, filter });
}

const whole = (filter = everything): SourceEntry[] =>
  Array.from(walk(filter).entries()).filter((step) => step !== undefined);

/** Begins a walk here, and has another thread go on with it after `first` entries. */
async function moved(first: number, filter = everything): Promise<SourceEntry[]> {
  const begun = walk(filter);
  const here: SourceEntry[] = [];
  const steps = begun.entries();
  while (here.length < first) {
    const step = steps.next();
    if (step.done === true) break;
    if (step.value !== undefined) here.push(step.value);
  }
  const thread = await started(filter);
  const there = await Array.fromAsync(thread.goOn(begun.state, never));
  return [...here, ...there.flat()];
}

async function started({ madeOf } = everything): Promise<ThreadedWalk> {
  await walked?.close();
  walked = ThreadedWalk.start({ root: tree.root, followSymlinks: false, filter: madeOf })!;
  await walked.started();
  return walked;
}

describe('a walk that moves to another thread', () => {
  test('goes on where it was, wherever that is', async () => {
    for (const path of ['a', 'b/c', 'b/d/e', 'b/d/f', 'b/g', 'h/i/j', 'k']) tree.write(path, path);
    tree.makeFolder('b/d/empty');
    fs.symlinkSync('a', tree.at('b/link'));
    for (const path of ['.stagesync-x/y', 'b/d/.stagesync-z', 'h/.stagesync-z']) tree.write(path, path);
    fs.writeFileSync(Buffer.concat([Buffer.from(`${tree.root}/b/`), Buffer.from([0xff])]), 'no name');
    const expected = whole();
    expect(expected.filter(({ kind }) => kind === 'unknown')).toHaveLength(6);
    for (let first = 0; first <= expected.length; first++) expect(await moved(first)).toEqual(expected);
  }, 60_000);

  test('leaves out what the filter leaves out', async () => {
    for (const path of ['a.csv', 'a.tmp', 'b/c.csv', 'b/d.tmp', 'out/e.csv']) tree.write(path, path);
    const filter = createFilter({
      rules: [
        { kind: 'exclude', pattern: '*.tmp' },
        { kind: 'exclude', pattern: 'out/' },
      ],
    });
    const paths = (await moved(1, filter)).map(({ path }) => path);
    expect(paths).toEqual(['a.csv', 'b/', 'b/c.csv']);
  });

  test('gives more batches than may be on their way, all of them', async () => {
    for (let file = 0; file < 6_000; file++) tree.write(`f${file}`, '');
    expect(await moved(1)).toEqual(whole());
  }, 60_000);

  test('rejects as a walk here would when its root is replaced', async () => {
    tree.write('a', 'a');
    tree.write('b', 'b');
    const begun = walk();
    const thread = await started();
    fs.renameSync(tree.root, `${tree.root}.away`);
    fs.mkdirSync(tree.root);
    try {
      await expect(Array.fromAsync(thread.goOn(begun.state, never))).rejects.toMatchObject({
        name: 'SyncError',
        code: 'guard_root_changed',
        verdict: 'end_run',
      });
    } finally {
      fs.rmSync(`${tree.root}.away`, { recursive: true });
    }
  });

  test('never ends short when the thread dies', async () => {
    for (const path of ['a', 'b', 'c']) tree.write(path, path);
    preload.code = `
      import fs from 'node:fs';
      const { lstatSync } = fs;
      fs.lstatSync = (path, options) => (path.endsWith('/b') ? process.exit() : lstatSync(path, options));`;
    const thread = await started();
    await expect(Array.fromAsync(thread.goOn(walk().state, never))).rejects.toMatchObject({
      code: 'source_failed',
      verdict: 'end_run',
    });
  });

  test('stops with the reason of the signal', async () => {
    for (let file = 0; file < 6_000; file++) tree.write(`f${file}`, '');
    const stop = new AbortController();
    const thread = await started();
    const batches = thread.goOn(walk().state, stop.signal);
    await batches.next();
    stop.abort(new Error('enough'));
    await expect(Array.fromAsync(batches)).rejects.toThrow('enough');
  });
});

describe('a listing', () => {
  const options = { disk: realDisk, followSymlinks: false, threadAfter: 0 };

  test('stays here when the other thread cannot start', async () => {
    tree.write('a', 'a');
    preload.code = 'throw 1';
    const listed = await Array.fromAsync(
      listTree({ ...options, root: tree.root, filter: everything }, never),
    );
    expect(listed.flat()).toEqual(whole());
  });

  test('stays here when its filter is more than rules', async () => {
    tree.write('a', 'a');
    const start = vi.spyOn(ThreadedWalk, 'start');
    const filter: PathFilter = { excludes: () => false, prunes: () => false };
    const listed = await Array.fromAsync(listTree({ ...options, root: tree.root, filter }, never));
    expect(listed.flat()).toEqual(whole());
    expect(start).not.toHaveBeenCalled();
  });

  test('stays here when its reader takes nearly all of the time', async () => {
    for (let file = 0; file < 3_000; file++) fs.writeFileSync(tree.at(`f${file}`), '');
    const start = vi.spyOn(ThreadedWalk, 'start');
    const how = { ...options, threadAfter: 1, threadShare: 1, root: tree.root, filter: everything };
    expect((await Array.fromAsync(listTree(how, never))).flat()).toHaveLength(3_000);
    expect(start).not.toHaveBeenCalled();
  });

  test('moves between two batches once the other thread is ready', async () => {
    for (let folder = 0; folder < 100; folder++) {
      tree.makeFolder(`d${folder}`);
      for (let file = 0; file < 100; file++) fs.writeFileSync(tree.at(`d${folder}/f${file}`), '');
    }
    const start = vi.spyOn(ThreadedWalk, 'start');
    let looksHere = 0;
    const disk: Disk = {
      ...realDisk,
      lstat(path) {
        looksHere++;
        return realDisk.lstat(path);
      },
    };
    const listing = listTree(
      { ...options, disk, threadAfter: 1, threadShare: 0, root: tree.root, filter: everything },
      never,
    );
    const listed: SourceEntry[] = [];
    let batches = 0;
    for await (const batch of listing) {
      listed.push(...batch);
      // The thread is started after the first batch.
      if (++batches === 2)
        await vi.waitUntil(() => start.mock.results[0]?.value?.ready === true, { timeout: 30_000 });
    }
    expect(listed).toEqual(whole());
    expect(looksHere).toBeGreaterThan(1_000);
    expect(looksHere).toBeLessThan(5_000);
  }, 60_000);
});
