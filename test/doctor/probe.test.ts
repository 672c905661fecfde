import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { probeStage, QUESTIONS, type ProbeResult } from '../../src/doctor/probe/probe.ts';
import type { Emulator, EmulatorOptions } from '../../src/emulator/options.ts';
import { readEnvironment } from '../../src/jobs/environment.ts';
import { surroundingsOf } from '../../src/jobs/surroundings.ts';
import { SyncError } from '../../src/model/errors.ts';
import { useEmulators } from '../support/cli/emulators.ts';
import { createStageClient } from '../../src/stage/stage-client.ts';

const start = useEmulators();
const interrupted = (): SyncError => new SyncError('interrupted', 'stopped', { verdict: 'end_run' });

interface Probed {
  readonly result: ProbeResult;
  /** 'answer' or 'answer (detail)' by question. */
  readonly said: Readonly<Record<string, string>>;
  /** What is on the Stage afterwards. */
  readonly left: unknown;
}

/** All answers that the tests of this file have seen, by question. */
const answers = new Map<string, Set<string>>();

/** Probes an emulator; `stopAfter` answers the first Ctrl-C comes. */
async function probe(options: EmulatorOptions = {}, stopAfter = Infinity): Promise<Probed> {
  // shown times need not be further apart than they are shown
  const pauseMs = options.behaviour?.timestamps === 'seconds' ? 2100 : 20;
  const emulator = await start({ deployments: ['prod'], ...options });
  const draining = new AbortController();
  const environment = readEnvironment(
    {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
    },
    '/home/none',
  );
  const around = surroundingsOf({
    environment,
    folder: '/',
    command: 'doctor',
    pid: process.pid,
    draining: draining.signal,
  });
  let count = 0;
  const onAnswer = (): void => {
    if (++count === stopAfter) draining.abort(interrupted());
  };
  const pause = (): Promise<void> => setTimeout(pauseMs);
  const result = await probeStage(around, { deployment: 'prod', path: '' }, { onAnswer, pause });
  const said = result.answers.map(({ id, answer, detail }) => [
    id,
    detail === undefined ? answer : `${answer} (${detail})`,
  ]);
  for (const { id, answer } of result.answers) answers.set(id, (answers.get(id) ?? new Set()).add(answer));
  return { result, said: Object.fromEntries(said) as Probed['said'], left: await rootOf(emulator) };
}

async function rootOf({ url, token, deployments }: Emulator): Promise<unknown> {
  const deployment = deployments.find(({ name }) => name === 'prod')!.id;
  const client = await createStageClient({ baseUrl: url, token, deployment });
  try {
    return (await client.list('', { signal: new AbortController().signal })).value;
  } finally {
    await client.close();
  }
}

const NOTHING = { content: [] };

test('a Stage that answers as documented', async () => {
  const { result, said, left } = await probe();
  expect(said).toMatchObject({
    replies_are_json: expect.stringMatching(/^yes .*paths are plain\)$/),
    times_shown: 'with parts of a second',
    moved_times: 'kept',
    empty_folder: 'an empty list',
    listings_at_once: 'at once (3 times each)',
    range: 'yes (status 206)',
    put_overwrites: 'replaces (status 200)',
    move_over_file: 'refused (status 409)',
    parents_made: 'not made (file: status 400, folder: status 400, move: status 400)',
    folder_moves: 'moves whole (status 200)',
    folder_over_folder: 'refused (status 409)',
    full_folder_removed: 'removes all (status 200)',
    kinds_coexist: 'refused (status 409)',
    case_matters: 'two files (status 200)',
    odd_names: 'kept (status 200)',
  });
  expect(Object.keys(said)).toEqual(QUESTIONS.map(({ id }) => id));
  expect(result).toMatchObject({ left: undefined, error: undefined, isService: false });
  expect(left).toMatchObject(NOTHING);
});

test('a Stage that answers otherwise, and cannot remove a full folder: nothing is left all the same', async () => {
  const { said, left } = await probe({
    behaviour: {
      putOverExisting: 409,
      moveOverExisting: 'overwrite',
      moveFolder: 405,
      missingParent: 'make',
      caseMatters: false,
      oddNames: 422,
      ranges: false,
      changeReplies: 'text',
      removeFullFolder: 409,
      kindsCoexist: true,
      emptyFolderContent: 'null',
      timestamps: 'seconds',
      moveTouches: true,
    },
  });
  expect(said).toMatchObject({
    replies_are_json: expect.stringMatching(/^not of PUT, PATCH, DELETE /),
    times_shown: 'in whole seconds',
    moved_times: 'set anew by itself, cannot be told with its folder',
    empty_folder: 'null',
    put_overwrites: 'refused (status 409)',
    move_over_file: 'replaces (status 200)',
    parents_made: 'made (file: status 200, folder: status 200, move: status 200)',
    range: 'no, it sends all (status 200)',
    case_matters: 'refused (status 409)',
    odd_names: 'refused (status 422)',
    folder_moves: 'refused (status 405)',
    full_folder_removed: 'refused (status 409)',
    kinds_coexist: 'yes (status 200)',
  });
  expect(left).toMatchObject({ content: null });
});

test.each([
  ['merge', 'merged'],
  ['replace', 'replaced'],
  ['into', 'moved into it'],
] as const)('a folder onto a folder that a Stage would %s is told as %s', async (moveOverFolder, answer) => {
  const { said } = await probe({ behaviour: { moveOverFolder, replyPath: 'leading_slash' } });
  expect(said).toMatchObject({
    folder_over_folder: `${answer} (status 200)`,
    replies_are_json: expect.stringMatching(/paths begin with a slash\)$/),
  });
});

test('listings that are late are told, with how late', async () => {
  const { said } = await probe({ behaviour: { listingLagMs: 400 } });
  // on a busy machine a look may come after the delay, so not all three of them need be late
  expect(said['listings_at_once']).toMatch(/^late \((?:sent|moved|removed): after \S+/);
});

test('every question has been seen to be answered in more than one way', () => {
  for (const { id } of QUESTIONS) expect([id, (answers.get(id)?.size ?? 0) > 1]).toEqual([id, true]);
});

test.each([
  ['zero', 'as the year 1'],
  ['missing', 'not at all'],
] as const)('times shown as %s are %s, and moved ones cannot be told', async (timestamps, shown) => {
  const { said } = await probe({ behaviour: { timestamps } });
  expect(said).toMatchObject({ times_shown: shown, moved_times: 'cannot be told' });
});

describe('whatever ends it, the hidden folder is removed', () => {
  test.each([1, 4, 9])('a Ctrl-C after %i answers', async (answers) => {
    const { result, left } = await probe({}, answers);
    expect(result.answers).toHaveLength(answers);
    expect(result).toMatchObject({ error: { code: 'interrupted' }, left: undefined });
    expect(left).toMatchObject(NOTHING);
  });

  test('a token without the right to write', async () => {
    const { result, left } = await probe({
      faults: { rules: [{ verb: 'PUT', fault: 'status', status: 401 }] },
    });
    expect(result).toMatchObject({ answers: [], error: { code: 'stage_unauthorised' } });
    expect(left).toMatchObject(NOTHING);
  });

  test('a server that fails all uploads of one name: that question is open, the others are answered', async () => {
    const { result, left } = await probe({
      faults: { rules: [{ verb: 'PUT', pathPattern: '/A\\.txt$', fault: 'status', status: 501 }] },
    });
    const open = result.answers.filter(({ isOpen }) => isOpen).map(({ id }) => id);
    expect(open).toEqual(['case_matters']);
    expect(left).toMatchObject(NOTHING);
  });

  test('where the removal fails for ever, the folder is told', async () => {
    const { result } = await probe(
      { faults: { rules: [{ verb: 'DELETE', fault: 'status', status: 403 }] } },
      1,
    );
    expect(result.left).toMatchObject({ folder: expect.stringMatching(/^\.stagesync-/) });
  });
});

test('a reply that is no JSON is an answer', async () => {
  const { said } = await probe(
    {
      faults: {
        rules: [
          { verb: 'PATCH', fault: 'replace_reply', status: 200, contentType: 'text/html', body: '<p>' },
        ],
      },
    },
    1,
  );
  expect(said['replies_are_json']).toMatch(/^not of PATCH .*PATCH: text\/html/);
});
