import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/model/entry.ts';
import { SyncError, type Verdict } from '../../../src/model/errors.ts';
import { STAGE_WORDS } from '../../../src/destinations/stage/stage-words.ts';
import { confirmUploads } from '../../../src/sync/execute/confirm.ts';
import {
  createMemoryDestination,
  type MemoryCall,
} from '../../../src/destinations/memory/memory-destination.ts';
import { memoryLedger } from '../../support/engine/memory-ledger.ts';
import { openRemote } from '../../support/engine/open-remote.ts';
import type { Lanes } from '../../../src/remote/gate/lanes.ts';

const AT = 1_700_000_000_000;

interface Setting {
  readonly gate?: Lanes;
  readonly stopped?: () => boolean;
  readonly before?: (call: MemoryCall) => void | Promise<void>;
}

/** Files that a run put, each of 3 bytes, and that are on Stage so far. */
function put(paths: readonly string[], { before, ...setting }: Setting = {}) {
  const stage = createMemoryDestination({
    root: 'in/',
    words: STAGE_WORDS,
    ...(before !== undefined && { before }),
  });
  const ledger = memoryLedger();
  for (const path of paths) {
    stage.place(`in/${path}`, 'abc', AT);
    ledger.put(
      {
        path,
        size: 3,
        version: 'v',
        identity: undefined,
        digest: undefined,
        shownModifiedMs: undefined,
        pending: true,
        adopted: false,
      },
      'new',
    );
  }
  const problems: (Problem & { path: string })[] = [];
  const confirm = (): Promise<void> =>
    confirmUploads({
      remote: openRemote(stage),
      ledger,
      gate: { lanes: 4, mostLanes: 4 },
      stopped: () => false,
      onProblem: (path, problem) => problems.push({ path, ...problem }),
      ...setting,
    });
  const pending = (): string[] => [...ledger.pendingRows()].flat().map(({ path }) => path);
  const listed = (): string[] => stage.calls.map(({ kind, path }) => `${kind} ${path}`);
  return { stage, ledger, problems, confirm, pending, listed };
}

const refusing =
  (folder: string, verdict: Verdict) =>
  ({ path }: MemoryCall): void => {
    if (path === folder) throw new SyncError('stage_unavailable', 'not now', { verdict });
  };

describe('what was put', () => {
  test('is confirmed by one listing of each folder, with the time that Stage shows', async () => {
    const { confirm, ledger, pending, listed, problems } = put(['a', 'd/1', 'd/2', 'd/e/3', 'd/f', 'z']);
    await confirm();
    expect(listed().toSorted()).toEqual(['listFolder in/', 'listFolder in/d/', 'listFolder in/d/e/']);
    expect([pending(), problems]).toEqual([[], []]);
    expect(ledger.get('d/e/3')).toMatchObject({ shownModifiedMs: AT, pending: false });
  });

  test('into one folder is confirmed by one listing however many files there are', async () => {
    const names = Array.from({ length: 2100 }, (_, i) => String(i).padStart(4, '0'));
    const { confirm, pending, listed } = put([...names, 'z/1']);
    await confirm();
    expect([pending(), listed()]).toEqual([[], ['listFolder in/', 'listFolder in/z/']]);
  });

  test('and is not there stays ours, of no version that can be told, and is reported, so that the next run uploads it', async () => {
    const { confirm, ledger, stage, problems, pending } = put(['a', 'd/1', 'd/2']);
    stage.files.delete('in/d/1');
    await confirm();
    expect(problems).toEqual([
      {
        path: 'd/1',
        code: 'not_confirmed',
        severity: 'failure',
        message: 'uploaded 3 bytes, but Stage does not list it; the next run uploads it again',
      },
    ]);
    expect(ledger.get('d/1')).toMatchObject({ size: 3, version: '', identity: undefined, digest: undefined });
    expect([ledger.get('d/2')?.pending, pending()]).toEqual([false, ['d/1']]);
  });

  test('and has another size stays ours and is reported with both sizes', async () => {
    const { confirm, ledger, stage, problems } = put(['d/1']);
    stage.place('in/d/1', 'abcd', AT);
    await confirm();
    expect(problems).toMatchObject([
      {
        path: 'd/1',
        severity: 'failure',
        message: expect.stringMatching(/3 bytes, but Stage lists 4 bytes/),
      },
    ]);
    expect(ledger.get('d/1')).toMatchObject({ size: 3, version: '', pending: true });
  });

  test('in a folder that is gone is reported file by file', async () => {
    const { confirm, stage, problems } = put(['a', 'd/1', 'd/2']);
    for (const path of ['in/d/1', 'in/d/2']) stage.files.delete(path);
    stage.folders.delete('in/d/');
    await confirm();
    expect(problems.map(({ path, severity }) => `${severity} ${path}`)).toEqual([
      'failure d/1',
      'failure d/2',
    ]);
  });

  test('under a name that a folder has now is not taken for it', async () => {
    const { confirm, stage, problems } = put(['d/1']);
    stage.files.delete('in/d/1');
    stage.folders.add('in/d/1/');
    await confirm();
    expect(problems).toMatchObject([{ path: 'd/1', message: expect.stringMatching(/does not list it/) }]);
  });
});

describe('a folder that cannot be listed', () => {
  test('leaves its files unconfirmed, with a warning each, and the others are confirmed', async () => {
    const before = refusing('in/d/', 'skip_entry');
    const { confirm, ledger, problems, pending } = put(['a', 'd/1', 'd/2', 'e/3'], { before });
    await confirm();
    expect(problems.map(({ path, severity, message }) => `${severity} ${path}: ${message}`)).toEqual([
      'warning d/1: its folder could not be listed: not now',
      'warning d/2: its folder could not be listed: not now',
    ]);
    expect(pending()).toEqual(['d/1', 'd/2']);
    expect(ledger.get('e/3')?.pending).toBe(false);
  });

  test('ends the run when the trouble is that of all folders', async () => {
    const { confirm, pending } = put(['a', 'd/1'], { before: refusing('in/d/', 'end_run') });
    await expect(confirm()).rejects.toMatchObject({ code: 'stage_unavailable' });
    expect(pending()).toEqual(['a', 'd/1']);
  });
});

test('as many folders as allowed are listed at the same time, and no more', async () => {
  let under = 0;
  let most = 0;
  let alone = 0;
  const before = async (): Promise<void> => {
    if (under === 0) alone++;
    most = Math.max(most, ++under);
    await new Promise((resolve) => setImmediate(resolve));
    under--;
  };
  const paths = Array.from({ length: 30 }, (_, i) => `${String(i).padStart(2, '0')}/file`);
  const { confirm, pending } = put(paths, { gate: { lanes: 3, mostLanes: 3 }, before });
  await confirm();
  expect(pending()).toEqual([]);
  // the one that is waited for beside those that are looked up ahead
  expect(most).toBeLessThanOrEqual(3 + 1);
  expect(alone).toBeLessThan(10);
});

test('once the run is stopped nothing more is confirmed', async () => {
  const { confirm, pending, listed } = put(['a', 'd/1'], { stopped: () => true });
  await confirm();
  expect([pending(), listed()]).toEqual([['a', 'd/1'], []]);
});

test('without anything put there is no request', async () => {
  const { confirm, listed } = put([]);
  await confirm();
  expect(listed()).toEqual([]);
});
