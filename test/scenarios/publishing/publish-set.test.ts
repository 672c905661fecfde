import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../../src/emulator/control/faults.ts';
import { sharedTarget, type Mode, type SharedTarget } from '../../support/stage/shared-target.ts';

const SET: Mode = { atomic: true, publishSet: true, marker: '_DONE', removal: 'ours' };
const WAYS: Readonly<Record<string, Mode>> = {
  'by a sync': SET,
  'by a sync that moves nothing': { ...SET, moves: false },
  'by a plan': { ...SET, by: 'plan' },
  'by hints': { ...SET, by: 'hints' },
  'by trust': { ...SET, trustLedger: true },
  'by a mirror': { ...SET, removal: 'everything' },
};

/** Those that list Stage before they change it. */
const SEES = new Set(Object.keys(WAYS).filter((way) => way !== 'by hints' && way !== 'by trust'));

/** A set on Stage, of which the source has since changed, moved and removed something. */
async function edited(): Promise<SharedTarget> {
  const target = await sharedTarget();
  target.ours('changes.csv', 'moves.csv', 'dir/1.csv', 'dir/2.csv', 'gone.csv', 'went/x.csv');
  // a content of its own for each, so that a move can be told
  expect((await target.run({ ...SET, marker: undefined })).outcome).toBe('clean');
  target.source.write('changes.csv', 'changed to something else');
  target.source.move('moves.csv', 'moved.csv');
  target.source.move('dir/', 'dir2/');
  target.source.write('new.csv', 'new');
  for (const path of ['gone.csv', 'went/x.csv', 'went/']) target.source.remove(path);
  return target;
}

const AFTER = ['_DONE', 'changes.csv', 'dir2/', 'dir2/1.csv', 'dir2/2.csv', 'moved.csv', 'new.csv'];

interface Flaw {
  readonly make: (target: SharedTarget) => unknown;
  readonly mend: (target: SharedTarget) => unknown;
}
const failing = (rule: Partial<FaultRule>): Flaw => ({
  make: (target) =>
    target.emulator.faults.set({ rules: [{ fault: 'status', status: 413, ...rule } as FaultRule] }),
  mend: (target) => target.emulator.faults.set({}),
});
const FLAWS: Readonly<Record<string, Flaw>> = {
  'a name that Stage does not take': {
    make: ({ source }) => source.write('bad\u0001name.csv', 'x'),
    mend: ({ source }) => source.remove('bad\u0001name.csv'),
  },
  'a file that is too large': {
    make({ source, emulator }) {
      source.write('large.csv', 'x'.repeat(5000));
      emulator.behaviour.set({ fileLimitBytes: 1000 });
    },
    mend: ({ emulator }) => emulator.behaviour.set({ fileLimitBytes: null }),
  },
  'a folder of others in the way of a file': {
    make: (target) => target.theirs('new.csv/theirs.csv'),
    mend: (target) => target.gone('new.csv/'),
  },
  'an upload that is refused': failing({ verb: 'PUT', kind: 'putFile', nth: 2 }),
};

describe.each(Object.entries(WAYS))('a set %s', (way, mode) => {
  test.each(Object.entries(FLAWS))(
    'with %s is not published, moved, removed or marked in any part',
    async (flaw, { make, mend }) => {
      await using target = await edited();
      await make(target);
      const before = await target.contents();
      const run = await target.run(mode);
      // a mirror removes what others put there, so nothing stands in the way
      if (way === 'by a mirror' && flaw.startsWith('a folder of others')) {
        expect([run.outcome, await target.names()]).toEqual(['clean', AFTER]);
        return;
      }
      if (!SEES.has(way) && flaw.startsWith('a folder of others')) {
        // nobody has listed it: only its own move in tells, when others may have their names
        expect([run.outcome, run.report.removed]).toEqual(['failures', 0]);
        expect(await target.names()).not.toContain('_DONE');
        expect(await target.contents()).toMatchObject({ 'new.csv/theirs.csv': 'theirs: new.csv/theirs.csv' });
        return;
      }
      expect(await target.contents()).toEqual(before);
      expect(run).toMatchObject({
        outcome: 'failures',
        report: { moved: 0, removed: 0 },
        problems: expect.arrayContaining(['failure set_not_published ']),
      });
      const told = run.events.find((event) => event.type === 'problem' && event.code === 'set_not_published');
      expect(told).toMatchObject({
        message: expect.stringMatching(
          /^nothing was published, moved or removed, because \d+ of the set failed/,
        ),
      });
      await mend(target);
      const next = await target.run(mode);
      expect(next.outcome, next.problems.join('\n')).toBe('clean');
      expect((await target.names()).filter((path) => path !== 'large.csv')).toEqual(AFTER);
      expect(await target.hidden()).toEqual([]);
      const last = await target.run(mode);
      expect([last.outcome, last.actions]).toEqual(['clean', []]);
    },
  );

  test('uploads what is new before the first of it moves', async () => {
    await using target = await edited();
    const asked: string[] = [];
    target.onRequest = (phase, { kind, path }) => {
      if (phase === 'received' && (kind === 'putFile' || kind === 'move'))
        asked.push(kind === 'move' && path.startsWith('target/') ? 'move' : `${kind} ${path}`);
    };
    expect((await target.run(mode)).outcome).toBe('clean');
    const last = asked.findLastIndex((each) => each.startsWith('putFile .stagesync-'));
    const first = asked.indexOf('move');
    if (mode.moves !== false) expect(first).toBeGreaterThan(last);
    expect(last).toBeGreaterThanOrEqual(1);
    expect(asked.indexOf('putFile target/_DONE')).toBeGreaterThan(Math.max(first, last));
    expect(await target.names()).toEqual(AFTER);
  });

  test('of a rename alone gets its marker', async () => {
    await using target = await sharedTarget();
    target.ours('a.csv', 'b.csv');
    await target.run({ ...mode, marker: undefined });
    target.source.move('a.csv', 'c.csv');
    const run = await target.run(mode);
    expect([run.outcome, await target.names()]).toEqual(['clean', ['_DONE', 'b.csv', 'c.csv']]);
  });
});

test.each([
  ['a file', 'moves.csv'],
  ['a folder', 'dir/'],
])(
  'a set of which Stage refuses the move of %s is uploaded instead, and only then marked',
  async (_, path) => {
    await using target = await edited();
    target.emulator.faults.set({
      rules: [{ fault: 'status', status: 400, kind: 'move', path: `target/${path}` }],
    });
    let arrivedAtMarker: readonly string[] | undefined;
    target.onRequest = async (phase, info) => {
      if (phase === 'received' && info.kind === 'putFile' && info.path === 'target/_DONE')
        arrivedAtMarker = await target.names();
    };
    const run = await target.run(SET);
    expect(run.problems.filter((problem) => problem.startsWith('failure'))).toEqual([]);
    expect([await target.names(), await target.hidden()]).toEqual([AFTER, []]);
    expect(arrivedAtMarker).toEqual(expect.arrayContaining(AFTER.filter((path) => path !== '_DONE')));
  },
);

test('a set of which neither the move nor the upload instead is taken is not published', async () => {
  await using target = await edited();
  const status = { fault: 'status', status: 413 } as const;
  target.emulator.faults.set({
    rules: [
      { ...status, status: 400, kind: 'move', path: 'target/moves.csv' },
      { ...status, kind: 'putFile', pathPattern: 'moved\\.csv$' },
    ],
  });
  const run = await target.run(SET);
  expect(run).toMatchObject({ outcome: 'failures', report: { removed: 0 } });
  const there = await target.contents();
  expect(there).toMatchObject({ 'moves.csv': 'ours: moves.csv', 'gone.csv': 'ours: gone.csv' });
  expect(Object.keys(there)).not.toContain('_DONE');
  expect(Object.keys(there)).not.toContain('new.csv');
  expect(there['changes.csv']).toBe('ours: changes.csv');
  target.emulator.faults.set({});
  expect((await target.run(SET)).outcome).toBe('clean');
  expect([await target.names(), await target.hidden()]).toEqual([AFTER, []]);
});

test('a marker that is a file of the source is refused, and nothing is sent', async () => {
  await using target = await edited();
  const before = await target.contents();
  const run = await target.run({ ...SET, marker: 'changes.csv' });
  expect([run.outcome, run.error]).toEqual(['failures', 'usage']);
  expect(await target.contents()).toEqual(before);
});
