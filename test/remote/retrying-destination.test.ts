import { describe, expect, test } from 'vitest';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import type { MemoryCall } from '../../src/destinations/memory/memory-destination.ts';
import { SyncError } from '../../src/model/errors.ts';
import type { Content, Destination } from '../../src/model/ports.ts';
import { Gate } from '../../src/remote/gate/gate.ts';
import { RetryingDestination } from '../../src/remote/retrying-destination.ts';
import { createTestClock } from '../support/engine/engine.ts';

const { signal } = new AbortController();
const call = { signal };
const text = (content: string): Content => ({ size: content.length, bytes: Buffer.from(content) });
const unavailable = (inDoubt: boolean): SyncError =>
  new SyncError('stage_unavailable', 'not now', { verdict: 'retry', inDoubt });

/** A Stage in memory behind a gate. `refuse` fails calls before they are carried out, `lose` their replies. */
function setUp(attempts = 3) {
  const left: { refuse: number; lose: number } = { refuse: 0, lose: 0 };
  const fails = (which: 'refuse' | 'lose', { kind }: MemoryCall): boolean =>
    kind !== 'stat' && kind !== 'listFolder' && left[which]-- > 0;
  const stage = createMemoryDestination({
    before: (made) => {
      if (fails('refuse', made)) throw unavailable(false);
    },
    after: (made) => {
      if (fails('lose', made)) throw unavailable(true);
    },
  });
  const gate = new Gate(createTestClock()).use({
    name: 'the memory',
    concurrency: 2,
    attempts,
    maxRequestsPerSecond: undefined,
    maxWaitMs: 3_600_000,
    draining: signal,
    signal,
    onEvent: () => undefined,
  });
  return { stage, gate, left, remote: new RetryingDestination(stage, gate) };
}

const rejection = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => error,
  );

describe('a destination behind a gate', () => {
  test.each([
    { fails: 'refuse', told: 'was_there' },
    { fails: 'lose', told: undefined },
  ] as const)(
    'tells that a folder was there before, if no attempt can have made it: $fails',
    async ({ fails, told }) => {
      const { stage, gate, left } = setUp();
      const telling: Destination = {
        ...stage,
        makeFolder: async (folder, options) => {
          const isThere = stage.folders.has(folder);
          await stage.makeFolder(folder, options);
          return isThere ? 'was_there' : undefined;
        },
      };
      const remote = new RetryingDestination(telling, gate);
      expect(await remote.makeFolder('b/', call)).toBeUndefined();
      expect(await remote.makeFolder('b/', call)).toBe('was_there');
      left[fails] = 1;
      expect(await remote.makeFolder('b/', call)).toBe(told);
    },
  );

  test('is the same destination, each request tried again', async () => {
    const { stage, gate, left, remote } = setUp();
    left.refuse = 2;
    await remote.put('a', text('one'), call);
    left.refuse = 1;
    await remote.makeFolder('b/', call);
    left.refuse = 1;
    await remote.move('a', 'b/a', call);
    expect([...stage.files.keys(), ...stage.folders]).toEqual(['b/a', 'b/']);
    expect(await remote.stat('b/a', call)).toMatchObject({ size: 3 });
    expect(await remote.listFolder('b/', call)).toHaveLength(1);
    left.refuse = 1;
    const bytes = await Array.fromAsync(await remote.read('b/a', call));
    expect(Buffer.concat(bytes).toString()).toBe('one');
    await remote.remove('b/a', call);
    expect(stage.files.size).toBe(0);
    expect(gate.retries).toBe(5);
    const { label, root, traits, words } = remote;
    expect([label, root, traits, words]).toEqual([stage.label, stage.root, stage.traits, stage.words]);
  });

  test('gives a failure up when its attempts are used up', async () => {
    const { left, remote } = setUp(2);
    left.refuse = 2;
    expect(await rejection(remote.put('a', text('one'), call))).toMatchObject({
      code: 'stage_unavailable',
      inDoubt: false,
    });
  });

  test('sends chunks once, for they can be read once only', async () => {
    const { stage, left, remote } = setUp();
    const chunks = (async function* () {
      yield Buffer.from('one');
    })();
    left.refuse = 1;
    expect(await rejection(remote.put('a', { size: 3, chunks }, call))).toMatchObject({
      code: 'stage_unavailable',
      verdict: 'skip_entry',
    });
    expect(stage.count('put')).toBe(1);
  });

  test('looks within the turn of a change without a slot of its own', async () => {
    const { stage, gate, remote } = setUp();
    await remote.put('a', text('one'), call);
    const seen: unknown[] = [];
    const check = async (): Promise<boolean> => {
      seen.push(await remote.stat('a', { signal, within: true }));
      seen.push(await remote.listFolder('', { signal, within: true }));
      return false;
    };
    await remote.remove('a', { signal, check });
    expect(seen).toMatchObject([{ size: 3 }, [{ name: 'a' }]]);
    expect(gate.requests).toBe(4);
    expect(stage.count('remove')).toBe(0);
    expect(await remote.stat('a', call)).toBeDefined();
  });

  test('checks before each attempt, and tells whether an earlier one may have worked', async () => {
    const { left, remote } = setUp();
    await remote.put('a', text('one'), call);
    const seen: unknown[] = [];
    left.lose = 1;
    const check = async (attempt: number, inDoubt: boolean): Promise<boolean> => {
      seen.push([attempt, inDoubt]);
      return attempt === 1;
    };
    await remote.remove('a', { signal, check });
    expect(seen).toEqual([
      [1, false],
      [2, true],
    ]);
  });
});

describe('a lost reply', () => {
  test('of a move is resolved by looking when the next attempt finds nothing to move', async () => {
    const { stage, left, remote } = setUp();
    await remote.put('a', text('one'), call);
    left.lose = 1;
    await remote.move('a', 'b', call);
    expect([...stage.files.keys()]).toEqual(['b']);
    expect(stage.count('move')).toBe(2);
  });

  test('of the last attempt of a move is resolved as well', async () => {
    const { stage, left, remote } = setUp(1);
    await remote.put('a', text('one'), call);
    left.lose = 1;
    await remote.move('a', 'b', call);
    expect([...stage.files.keys()]).toEqual(['b']);
  });

  test('of an upload: a file of that size has arrived, where a look can tell', async () => {
    const { left, remote } = setUp(1);
    const upload = (mayLook: boolean): Promise<unknown> =>
      rejection(remote.upload('a', async () => text('one'), { signal, size: 3, mayLook }));
    left.lose = 1;
    expect(await upload(true)).toBe('done');
    left.lose = 1;
    expect(await upload(false)).toMatchObject({ inDoubt: true });
  });

  test('of an upload: the file that was there before has not arrived', async () => {
    const { stage, remote } = setUp(1);
    stage.place('a', 'one', 1000);
    const read = (): Promise<Content> => Promise.reject(unavailable(true));
    const replaces = { size: 3, modifiedMs: 1000 };
    const upload = remote.upload('a', read, { signal, size: 3, mayLook: true, replaces });
    expect(await rejection(upload)).toMatchObject({ inDoubt: true });
  });

  test('of a removal of what is not there any more stays in doubt', async () => {
    const { left, remote } = setUp();
    await remote.put('a', text('one'), call);
    left.lose = 1;
    expect(await rejection(remote.remove('a', call))).toMatchObject({ fact: 'missing', inDoubt: true });
  });

  test('before a refusal for good leaves the change in doubt, but not a look', async () => {
    const { stage, left, remote } = setUp();
    let asked = 0;
    const read = async (): Promise<Content> => {
      if (++asked === 1) return text('one');
      throw new SyncError('entry_changed', 'another one by now', { verdict: 'skip_entry', fact: 'changed' });
    };
    left.lose = 1;
    const error = await rejection(remote.upload('a', read, { signal, size: 3, mayLook: true }));
    expect(error).toMatchObject({ code: 'entry_changed', inDoubt: true });
    expect(stage.text('a')).toBe('one');
  });

  test.each(['makeFolder', 'put'] as const)(
    'of a %s, then a refusal and a look that fails: the change stays in doubt',
    async (kind) => {
      const { stage, gate } = setUp();
      let calls = 0;
      const broken = createMemoryDestination({
        after: (made) => {
          if (made.kind === kind && ++calls === 1) throw unavailable(true);
        },
        before: (made) => {
          if (made.kind === kind && calls > 0)
            throw new SyncError('stage_exists', 'it is there', { verdict: 'skip_entry', fact: 'taken' });
          if (made.kind === 'listFolder' || made.kind === 'stat')
            throw new SyncError('stage_bad_reply', 'no JSON', { verdict: 'skip_entry' });
        },
      });
      await stage.close();
      const remote = new RetryingDestination(broken, gate);
      const made = kind === 'put' ? remote.put('a', text('one'), call) : remote.makeFolder('a/', call);
      expect(await rejection(made)).toMatchObject({ code: 'stage_exists', inDoubt: true });
    },
  );
});
