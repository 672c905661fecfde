import { describe, expect, test } from 'vitest';
import { STAGE_WORDS } from '../../src/destinations/stage/stage-words.ts';
import type { FaultRule, Faults } from '../../src/emulator/control/faults.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { Remote } from '../../src/remote/remote.ts';
import { RetryingDestination } from '../../src/remote/retrying-destination.ts';
import { Gate } from '../../src/remote/gate/gate.ts';
import type { FileEntry } from '../../src/model/entry.ts';
import { createTestClock } from '../support/engine/engine.ts';
import { trialStage, type TrialStage } from '../support/stage/trial-stage.ts';

const PAGE = '<!doctype html><html><title>Log in to the network</title></html>';
const { signal } = new AbortController();

/** A reply that says nothing of what was asked, after it was done. */
const REPLIES: readonly (readonly [string, string])[] = [
  ['a page', PAGE],
  ['nothing', ''],
  ['an object of something else', '{"status":"ok"}'],
];

interface Change {
  readonly verb: 'PUT' | 'PATCH' | 'DELETE';
  readonly make: (remote: Remote, entry: FileEntry) => Promise<unknown>;
  /** What is below target/ afterwards, beside what nothing touches. */
  readonly after: Readonly<Record<string, string>>;
}

const UNTOUCHED = { 'target/there/': '', 'target/there/file': 'untouched' };
const BEFORE = { ...UNTOUCHED, 'target/old': 'old', 'target/folder/': '', 'target/folder/file': 'below' };
const without = (...paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(BEFORE).filter(([path]) => !paths.includes(path)));

const CHANGES: Readonly<Record<string, Change>> = {
  'a new file': {
    verb: 'PUT',
    make: (remote, entry) => remote.put(entry, 'target/new'),
    after: { ...BEFORE, 'target/new': 'content' },
  },
  'a new folder': {
    verb: 'PUT',
    make: (remote) => remote.makeFolder('target/new/'),
    after: { ...BEFORE, 'target/new/': '' },
  },
  'an empty file': {
    verb: 'PUT',
    make: (remote) => remote.putEmpty('target/_SUCCESS'),
    after: { ...BEFORE, 'target/_SUCCESS': '' },
  },
  'a moved file': {
    verb: 'PATCH',
    make: (remote) => remote.move('target/old', 'target/moved'),
    after: { ...without('target/old'), 'target/moved': 'old' },
  },
  'a moved folder': {
    verb: 'PATCH',
    make: (remote) => remote.move('target/folder/', 'target/moved/'),
    after: {
      ...without('target/folder/', 'target/folder/file'),
      'target/moved/': '',
      'target/moved/file': 'below',
    },
  },
  'a removed file': {
    verb: 'DELETE',
    make: (remote) => remote.remove('target/old'),
    after: without('target/old'),
  },
  'a removed folder': {
    verb: 'DELETE',
    make: (remote) => remote.remove('target/folder/'),
    after: without('target/folder/', 'target/folder/file'),
  },
};

/** The change made over HTTP on a Stage with faults; what is then there, and how often it was asked for. */
async function made(stage: TrialStage, { make, verb }: Change, faults: Faults) {
  const destination = await stage.open('target/');
  for (const [path, text] of Object.entries({ 'target/': '', ...BEFORE }))
    await (path.endsWith('/')
      ? destination.makeFolder(path, { signal })
      : destination.put(path, { size: text.length, bytes: Buffer.from(text) }, { signal }));
  const source = createMemorySource();
  source.write('new', 'content');
  const entry = (await source.stat!('new', { signal }))!;
  const gate = new Gate(createTestClock()).use({
    name: STAGE_WORDS.name,
    concurrency: 4,
    attempts: 4,
    maxRequestsPerSecond: undefined,
    maxWaitMs: 3_600_000,
    draining: signal,
    signal,
    onEvent: () => undefined,
  });
  const remote = new Remote({
    destination: new RetryingDestination(destination, gate),
    source,
    signal,
    onBytes: () => undefined,
  });
  stage.emulator.faults.set(faults);
  let asked = 0;
  stage.onRequest = (phase, info) => {
    if (phase === 'received' && info.verb === verb) asked++;
  };
  let error: unknown;
  await make(remote, entry).catch((thrown: unknown) => (error = thrown));
  stage.onRequest = undefined;
  stage.emulator.faults.set({});
  await destination.close();
  const contents = Object.fromEntries(await stage.contents(''));
  delete contents['target/'];
  return { error, asked, contents };
}

describe.each(Object.entries(CHANGES))('%s', (_, change) => {
  const { verb, after } = change;

  test.each(REPLIES)('that is made and answered with %s is found out', async (__, body) => {
    await using stage = await trialStage();
    const rules: FaultRule[] = [{ verb, nth: 1, fault: 'replace_reply', body, contentType: 'text/html' }];
    const { error, asked, contents } = await made(stage, change, { rules });
    expect(error).toBeUndefined();
    expect(asked).toBe(2);
    expect(contents).toEqual(after);
  });

  test('the same on a Stage that replaces nothing', async () => {
    await using stage = await trialStage();
    stage.emulator.behaviour.set({ putOverExisting: 409, moveOverExisting: 409, makeExistingFolder: 409 });
    const rules: FaultRule[] = [{ verb, nth: 1, fault: 'replace_reply', body: PAGE }];
    const { error, contents } = await made(stage, change, { rules });
    // an empty file has no intent of its own that would look for it
    if (change !== CHANGES['an empty file']) expect(error).toBeUndefined();
    expect(contents).toEqual(after);
  });

  test.each(REPLIES)('that is not made but answered 200 with %s is made', async (__, text) => {
    await using stage = await trialStage();
    const rules: FaultRule[] = [{ verb, nth: 1, fault: 'status', status: 200, text }];
    const { error, asked, contents } = await made(stage, change, { rules });
    expect(error).toBeUndefined();
    expect(asked).toBe(2);
    expect(contents).toEqual(after);
  });

  test('that never is made, whatever is answered, never counts as made', async () => {
    await using stage = await trialStage();
    const rules: FaultRule[] = [{ verb, fault: 'status', status: 200, text: PAGE }];
    const { error, asked, contents } = await made(stage, change, { rules });
    expect(error).toMatchObject({ code: 'stage_bad_reply', inDoubt: true });
    expect(asked).toBe(4);
    expect(contents).toEqual(BEFORE);
  });
});

test.each(['a new file', 'a moved file', 'a moved folder'])(
  '%s whose every reply is a page is there when a look says so',
  async (name) => {
    const change = CHANGES[name]!;
    await using stage = await trialStage();
    const rules: FaultRule[] = [{ verb: change.verb, fault: 'replace_reply', body: PAGE }];
    const { error, contents } = await made(stage, change, { rules });
    expect(error).toBeUndefined();
    expect(contents).toEqual(change.after);
  },
);

test.each(['a moved file', 'a moved folder'])(
  '%s is not taken for made when its looks are answered with pages too',
  async (name) => {
    const change = CHANGES[name]!;
    await using stage = await trialStage();
    const rules: FaultRule[] = [{ fault: 'status', status: 200, text: PAGE }];
    const { error, contents } = await made(stage, change, { rules });
    expect(error).toMatchObject({ code: 'stage_bad_reply', inDoubt: true });
    expect(contents).toEqual(BEFORE);
  },
);
