import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/model/entry.ts';
import { SyncError, type Verdict } from '../../../src/model/errors.ts';
import { STAGE_WORDS } from '../../../src/destinations/stage/stage-words.ts';
import {
  createMemoryDestination,
  type MemoryCall,
} from '../../../src/destinations/memory/memory-destination.ts';
import { confirming } from '../../support/engine/confirming.ts';
import { memoryLedger } from '../../support/engine/memory-ledger.ts';
import { openRemote } from '../../support/engine/open-remote.ts';

const AT = 1_700_000_000_000;

interface Setting {
  readonly lanes?: number;
  readonly stopped?: boolean;
  readonly before?: (call: MemoryCall) => void | Promise<void>;
}

/** Files that a run put, each of 3 bytes, and that are on Stage so far. */
function put(paths: readonly string[], { before, lanes = 4, stopped = false }: Setting = {}) {
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
  const ended: unknown[] = [];
  const learnt = { cutsShort: false };
  const confirmations = confirming({
    remote: openRemote(stage),
    ledger,
    learnt,
    gate: { lanes, idleWaits: false },
    tasks: { stopped, notBegun: () => false, end: (error) => ended.push(error) },
    onProblem: (path, problem) => problems.push({ path, ...problem }),
  });
  const confirm = (): Promise<void> => confirmations.finish();
  const pending = (): string[] => [...ledger.pendingRows()].flat().map(({ path }) => path);
  const listed = (): string[] => stage.calls.map(({ kind, path }) => `${kind} ${path}`);
  return { stage, ledger, learnt, problems, ended, confirmations, confirm, pending, listed };
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
    expect(pending()).toEqual(['d/1']);
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
  const { confirm, pending } = put(paths, { lanes: 3, before });
  await confirm();
  expect(pending()).toEqual([]);
  expect(most).toBe(3);
  expect(alone).toBeLessThan(10);
});

test('once the run is stopped nothing more is confirmed', async () => {
  const { confirm, pending, listed } = put(['a', 'd/1'], { stopped: true });
  await confirm();
  expect([pending(), listed()]).toEqual([['a', 'd/1'], []]);
});

test('without anything put there is no request', async () => {
  const { confirm, listed } = put([]);
  await confirm();
  expect(listed()).toEqual([]);
});

describe('while others get their files', () => {
  const files = (): string[] => ['a', 'd/1', 'd/2', 'd/e/3', 'z/4'];

  test('one folder alone is listed and confirmed, without those in it', async () => {
    const { confirmations, pending, listed } = put(files());
    confirmations.begin('d/');
    await confirmations.settled();
    expect([listed(), pending()]).toEqual([['listFolder in/d/'], ['a', 'd/e/3', 'z/4']]);
  });

  test('the folder at the top is confirmed without looking through what lies below it', async () => {
    const below = Array.from({ length: 1200 }, (_, i) => `m${String(i % 40).padStart(2, '0')}/${i}`);
    const { confirmations, pending, listed } = put([...below, 'a', 'm05', 'z']);
    confirmations.begin('');
    await confirmations.settled();
    expect(listed()).toEqual(['listFolder in/']);
    expect(pending().filter((path) => !path.includes('/'))).toEqual([]);
    expect(pending()).toHaveLength(1200);
  });

  test('what was confirmed is not listed again at the end', async () => {
    const { confirmations, confirm, pending, listed } = put(files());
    confirmations.begin('d/');
    await confirm();
    expect(listed().toSorted()).toEqual([
      'listFolder in/',
      'listFolder in/d/',
      'listFolder in/d/e/',
      'listFolder in/z/',
    ]);
    expect(pending()).toEqual([]);
  });

  test('a folder without a file that waits is not listed', async () => {
    const { confirmations, listed } = put(['d/1']);
    confirmations.begin('e/');
    await confirmations.settled();
    expect(listed()).toEqual([]);
  });

  test('what is not there as it was put is judged at the end alone, by another listing', async () => {
    const { confirmations, confirm, stage, problems, pending } = put(['d/1', 'd/2']);
    const late = stage.files.get('in/d/1')!;
    stage.files.delete('in/d/1');
    confirmations.begin('d/');
    await confirmations.settled();
    expect([pending(), problems]).toEqual([['d/1'], []]);
    stage.files.set('in/d/1', late);
    await confirm();
    expect([pending(), problems]).toEqual([[], []]);
  });

  test('what is put into a folder after its listing began is not taken for what the listing shows', async () => {
    const before = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const { confirmations, pending } = put(['d/1'], { before });
    confirmations.begin('d/');
    confirmations.outdate('d/');
    await confirmations.settled();
    expect(pending()).toEqual(['d/1']);
  });

  test('what is put into a folder while its listing waits to be written down is not taken for what that shows', async () => {
    const { confirmations, pending, stage } = put(['a/1', 'b/1']);
    confirmations.begin('a/');
    confirmations.begin('b/');
    // a few turns bring both replies, and no time in which they would be written down
    for (let turns = 20; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    expect([stage.calls.length, pending()]).toEqual([2, ['a/1', 'b/1']]);
    confirmations.outdate('a/');
    await confirmations.settled();
    expect(pending()).toEqual(['a/1']);
  });

  test('a folder that cannot be listed is left for the end', async () => {
    const { confirmations, problems, ended, pending } = put(['d/1'], {
      before: refusing('in/d/', 'skip_entry'),
    });
    confirmations.begin('d/');
    await confirmations.settled();
    expect([pending(), problems, ended]).toEqual([['d/1'], [], []]);
  });

  test('what no listing can survive ends the run', async () => {
    const { confirmations, ended } = put(['d/1'], { before: refusing('in/d/', 'end_run') });
    confirmations.begin('d/');
    await confirmations.settled();
    expect(ended).toMatchObject([{ code: 'stage_unavailable' }]);
  });

  test('nothing is confirmed that another round may replace', async () => {
    const { confirmations, learnt, pending, listed } = put(['d/1', 'e/1']);
    confirmations.begin('d/');
    learnt.cutsShort = true;
    confirmations.begin('e/');
    await confirmations.settled();
    expect([listed(), pending()]).toEqual([['listFolder in/d/'], ['d/1', 'e/1']]);
  });
});
