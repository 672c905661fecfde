import { expect, test } from 'vitest';
import { openLocalDestination } from '../../src/destinations/local/local-destination.ts';
import { DIRECTORY_WORDS } from '../../src/destinations/local/directory-words.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { STAGE_WORDS } from '../../src/destinations/stage/stage-words.ts';
import { everything } from '../../src/filter/filter.ts';
import type { DestinationWords } from '../../src/model/destination-words.ts';
import { SyncError } from '../../src/model/errors.ts';
import { Patience } from '../../src/remote/gate/patience.ts';
import { stoppedMidway } from '../../src/remote/gate/attempts.ts';
import { walkDestination } from '../../src/remote/walk-folders.ts';
import { HiddenNames } from '../../src/sync/execute/hidden-names.ts';
import { Learnt } from '../../src/sync/execute/learnt.ts';
import { nothingThere } from '../../src/sync/execute/looks/look-after-move.ts';
import { checkGuards } from '../../src/sync/guard.ts';
import type { GuardFacts } from '../../src/sync/guard.ts';
import { Leftovers } from '../../src/sync/leftovers.ts';
import { openTarget } from '../../src/sync/open-target.ts';
import {
  adoptedAndKept,
  changedAndKept,
  fileInTheWay,
  folderInTheWay,
} from '../../src/sync/plan/plan-problems.ts';
import { openLocalSource } from '../../src/sources/local/local-source.ts';
import { confirming as confirmationsOf } from '../support/engine/confirming.ts';
import { createEngine, createTestClock } from '../support/engine/engine.ts';
import { localTree } from '../support/trees/local-tree.ts';
import { fileRow } from '../support/engine/executing.ts';
import { memoryLedger } from '../support/engine/memory-ledger.ts';
import { openRemote } from '../support/engine/open-remote.ts';

const NOW = 1_700_000_000_000;

type Say = (words: DestinationWords) => string | undefined | Promise<string | undefined>;

const refusal = new SyncError('stage_throttled', 'too many', {
  verdict: 'retry',
  details: { status: 429, server: 'api.test' },
});

const guarding =
  (facts: GuardFacts): Say =>
  (words) =>
    checkGuards(facts, { maxDelete: { count: 0 }, force: new Set(), begun: false, words })?.message;

const learning: Say = (words) => {
  let said: string | undefined;
  new Learnt().refuseFolderMoves(refusal, { words, tell: ({ message }) => (said = message) });
  return said;
};

const confirming: Say = async (words) => {
  const remote = openRemote(createMemoryDestination({ words }));
  const ledger = memoryLedger();
  ledger.put(fileRow('a', 3, { pending: true }), 'new');
  let said: string | undefined;
  const onProblem = (_: string, { message }: { message: string }): void => void (said = message);
  await confirmationsOf({ remote, ledger, onProblem }).finish();
  return said;
};

const walking: Say = async (words) => {
  const list = () => Promise.resolve(undefined);
  const walk = walkDestination([{ kind: 'folder', name: 'a' }], {
    list,
    filter: everything,
    words,
    lookAhead: 1,
  });
  const [entry] = (await Array.fromAsync(walk)).flat();
  return entry?.kind === 'unknown' ? entry.problem.message : undefined;
};

const opening: Say = async (words) => {
  const destination = createMemoryDestination({ root: 'in/', words });
  destination.place('in', 'a file');
  return openTarget(openRemote(destination)).then(
    () => undefined,
    (error: Error) => error.message,
  );
};

const leavingOver: Say = async (words) => {
  let said: string | undefined;
  const leftovers = new Leftovers({
    remote: openRemote(createMemoryDestination({ words })),
    hidden: new HiddenNames(NOW),
    learnt: new Learnt(),
    clock: createTestClock(NOW),
    sweepOlderThanMs: undefined,
    onProblem: (_, { message }) => (said = message),
    onSwept: () => undefined,
    isKnown: () => false,
  });
  leftovers.see(new HiddenNames(NOW - 7 * 60_000).next('new', 'a'), undefined);
  await leftovers.settle(false);
  return said;
};

const waiting: Say = ({ name }) =>
  new Patience(createTestClock(), { name, maxWaitMs: 1000 }).ask(refusal, 60_000)?.message;

/** What is said of a Stage, and of a directory. */
const SENTENCES: readonly [Say, string, string][] = [
  [
    (words) => folderInTheWay(words).message,
    'Stage has a folder of this name that stays: it holds something excluded, put there by others or changed since, or nothing may be removed without --delete; move it away, or rename the file',
    'The directory has a folder of this name that stays: it holds something excluded, put there by others or changed since, or nothing may be removed without --delete; move it away, or rename the file',
  ],
  [
    (words) => fileInTheWay(words).message,
    'Stage has a file of this name that stays: it is excluded, put there by others or changed since, or nothing may be removed without --delete; nothing below the folder is uploaded. Move the file away, or rename the folder',
    'The directory has a file of this name that stays: it is excluded, put there by others or changed since, or nothing may be removed without --delete; nothing below the folder is uploaded. Move the file away, or rename the folder',
  ],
  [
    (words) => changedAndKept(words).message,
    'gone from the source, but someone changed it on Stage; kept (remove it by hand, or use --mirror)',
    'gone from the source, but someone changed it in the directory; kept (remove it by hand, or use --mirror)',
  ],
  [
    (words) => adoptedAndKept(words).message,
    'gone from the source, but it was on Stage already when first met, and was taken for equal by its size alone; kept (remove it by hand, or use --mirror)',
    'gone from the source, but it was in the directory already when first met, and was taken for equal by its size alone; kept (remove it by hand, or use --mirror)',
  ],
  [
    guarding({ inSource: 0, atDestination: 7, removals: 0 }),
    'the source has no file that can be synced, and the Stage folder has 7; nothing was changed. If the source is really empty (not unmounted, not a wrong path), pass --force empty-source',
    'the source has no file that can be synced, and the directory has 7; nothing was changed. If the source is really empty (not unmounted, not a wrong path), pass --force empty-source',
  ],
  [
    guarding({ inSource: 9, atDestination: 7, removals: 3 }),
    '3 files would be removed from Stage, more than --max-delete allows (0); nothing was changed. Look at the plan with --dry-run, then raise --max-delete or pass --force max-delete',
    '3 files would be removed from the directory, more than --max-delete allows (0); nothing was changed. Look at the plan with --dry-run, then raise --max-delete or pass --force max-delete',
  ],
  [
    learning,
    'this Stage does not move folders (status 429), so their files are moved or removed one by one',
    'this directory does not move folders (status 429), so their files are moved or removed one by one',
  ],
  [
    confirming,
    'uploaded 3 bytes, but Stage does not list it; the next run uploads it again',
    'uploaded 3 bytes, but the directory does not list it; the next run uploads it again',
  ],
  [
    walking,
    'Stage listed this folder and then had none; left alone in this run',
    'The directory listed this folder and then had none; left alone in this run',
  ],
  [
    opening,
    'DEST cannot be a folder: "in" is a file on Stage; name a folder, or move the file away',
    'DEST cannot be a folder: "in" is a file in the directory; name a folder, or move the file away',
  ],
  [
    leavingOver,
    '7m old, left on Stage by a stagesync that this ledger knows nothing of, or in use by one at this moment; --sweep-older-than removes it once it is old enough',
    '7m old, left in the directory by a stagesync that this ledger knows nothing of, or in use by one at this moment; --sweep-older-than removes it once it is old enough',
  ],
  [
    (words) => nothingThere('a/', 'b/', words).message,
    'Stage moved a/ to b/, and then has nothing there; the next run looks again',
    'The directory moved a/ to b/, and then has nothing there; the next run looks again',
  ],
  [
    ({ name }) => stoppedMidway(name, undefined).message,
    'stopped halfway, while Stage asked for a wait; the next run goes on from there',
    'stopped halfway, while the directory asked for a wait; the next run goes on from there',
  ],
  [
    waiting,
    'Stage (api.test) asked for a wait of 1m with status 429, which is longer than is waited in one go (1s). Run it again later.',
    'The directory (api.test) asked for a wait of 1m with status 429, which is longer than is waited in one go (1s). Run it again later.',
  ],
];

test.each(SENTENCES)('%#: a sentence names the destination as it is', async (say, ofStage, ofDirectory) => {
  expect(await say(STAGE_WORDS)).toBe(ofStage);
  expect(await say(DIRECTORY_WORDS)).toBe(ofDirectory);
});

test('a pass to a real directory does not speak of Stage', async () => {
  using from = localTree({ a: '1', 'b/c': '2' });
  using to = localTree({ 'a/theirs': '3', b: '4' });
  await using opened = new AsyncDisposableStack();
  const source = await openLocalSource({ root: from.root, followSymlinks: false });
  opened.defer(() => source.close());
  const destination = await openLocalDestination({ root: to.root });
  opened.defer(() => destination.close());
  using engine = createEngine(source, destination);

  const { report } = await engine.pass({ removal: 'ours' });
  expect(report.outcome).toBe('failures');
  const told = engine.events.flatMap((event) => (event.type === 'problem' ? [event.message] : []));
  expect(told.toSorted()).toEqual([
    expect.stringMatching(/^The directory has a file of this name that stays: /),
    expect.stringMatching(/^The directory has a folder of this name that stays: /),
  ]);

  from.remove('a');
  from.remove('b');
  const refused = await engine.pass({ removal: 'everything' });
  expect(refused.error?.message).toMatch(/and the directory has 2; nothing was changed/);
  expect(JSON.stringify([engine.events, refused.error?.message])).not.toMatch(/\bStage\b/);
});
