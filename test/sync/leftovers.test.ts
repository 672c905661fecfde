import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/model/entry.ts';
import { SyncError } from '../../src/model/errors.ts';
import { HiddenNames } from '../../src/sync/execute/hidden-names.ts';
import { Learnt } from '../../src/sync/execute/learnt.ts';
import { Leftovers } from '../../src/sync/leftovers.ts';
import { createTestClock } from '../support/engine/engine.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import type {
  MemoryCall,
  MemoryDestinationOptions,
} from '../../src/destinations/memory/memory-destination.ts';
import { openRemote } from '../support/engine/open-remote.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

function leaving(sweepOlderThanMs?: number, options: MemoryDestinationOptions = {}) {
  const hooks: { before?: (call: MemoryCall) => void } = {};
  const stage = createMemoryDestination({ root: 'in/', before: (call) => hooks.before?.(call), ...options });
  if (stage.root !== '') stage.folders.add(stage.root);
  const told: (Problem & { path: string })[] = [];
  const hidden = new HiddenNames(NOW);
  const swept: string[] = [];
  const known = new Set<string>();
  const leftovers = new Leftovers({
    remote: openRemote(stage),
    hidden,
    learnt: new Learnt(),
    clock: createTestClock(NOW),
    sweepOlderThanMs,
    onProblem: (path, problem) => told.push({ path, ...problem }),
    onSwept: (path) => swept.push(path),
    isKnown: (path) => known.has(path),
  });
  const ages = (): string[] =>
    told.map(({ path, code, message }) => `${code} ${path}: ${message.split(',')[0]}`);
  const there = (): string[] =>
    [...stage.folders, ...stage.files.keys()].filter((path) => path !== 'in/').sort();
  return { stage, leftovers, hidden, told, swept, known, ages, there, hooks };
}
const bySomebody = (agoMs: number): HiddenNames => new HiddenNames(NOW - agoMs);

describe('a hidden name that this ledger does not know', () => {
  test('is told with its age, by its name', async () => {
    const { leftovers, stage, ages, told, there } = leaving();
    for (const [hours, minutes] of [
      [30, 0],
      [0, 7],
    ] as const) {
      const path = bySomebody(hours * HOUR + minutes * 60_000).next('new', 'a');
      stage.place(path, 'x', 0);
      leftovers.see(path, 0);
    }
    await leftovers.settle(false);
    expect(ages().map((each) => each.slice(each.indexOf(': ') + 2))).toEqual(['1d 6h old', '7m old']);
    expect(told.every(({ code, severity }) => code === 'hidden_left_over' && severity === 'warning')).toBe(
      true,
    );
    expect(there()).toHaveLength(2);
  });

  test('is as old as its file where the name does not tell, and of unknown age where nothing does', async () => {
    const { leftovers, ages } = leaving();
    leftovers.see('in/.stagesync-7-new-a', NOW - 2 * HOUR);
    leftovers.see('in/.stagesync-8-new-a', undefined);
    leftovers.see('in/.stagesync-x/', undefined);
    await leftovers.settle(false);
    expect(ages()).toEqual([
      'hidden_left_over in/.stagesync-7-new-a: 2h old',
      'hidden_left_over in/.stagesync-8-new-a: of unknown age',
      'hidden_left_over in/.stagesync-x/: of unknown age',
    ]);
  });

  test('is as young as the younger of its name and its file: somebody works there still', async () => {
    const { leftovers, ages } = leaving();
    leftovers.see(bySomebody(50 * HOUR).next('new', 'a'), NOW - HOUR);
    leftovers.see(bySomebody(HOUR).next('new', 'a'), NOW - 50 * HOUR);
    await leftovers.settle(false);
    expect(ages().map((each) => each.slice(-6))).toEqual(['1h old', '1h old']);
  });

  test('is told once for each look, and not again', async () => {
    const { leftovers, told } = leaving();
    leftovers.see('in/.stagesync-7-new-a', NOW);
    leftovers.see('in/.stagesync-7-new-a', NOW);
    await leftovers.settle(false);
    await leftovers.settle(false);
    expect(told).toHaveLength(1);
  });

  test("of this run's own is none", async () => {
    const { leftovers, hidden, told } = leaving(0);
    leftovers.see(hidden.next('new', 'a'), NOW);
    leftovers.see(hidden.folder, undefined);
    await leftovers.settle(false);
    expect(told).toEqual([]);
  });
});

describe('a sweep', () => {
  test('looks at the top of the Stage, where hidden names lie, and only then', async () => {
    const swept = leaving(24 * HOUR);
    await swept.leftovers.look();
    expect(swept.stage.calls).toEqual([{ kind: 'listFolder', path: '' }]);
    for (const it of [leaving(), leaving(24 * HOUR, { root: '' })]) {
      await it.leftovers.look();
      expect(it.stage.calls).toEqual([]);
    }
  });

  test('removes copies that are old enough, files and staging folders, and leaves all else', async () => {
    const { leftovers, stage, there, told, hidden, swept } = leaving(24 * HOUR);
    const [old, young] = [bySomebody(25 * HOUR), bySomebody(23 * HOUR)];
    const oldFile = old.next('new', 'a');
    const youngFile = young.next('new', 'a');
    stage.place(oldFile, 'x', NOW - 25 * HOUR);
    stage.place(youngFile, 'x', NOW - 23 * HOUR);
    stage.place(`${old.folder}1-new-a`, 'x', NOW - 25 * HOUR);
    stage.place(`${young.folder}1-new-a`, 'x', NOW - 25 * HOUR);
    stage.place(`${hidden.folder}1-new-a`, 'x', NOW - 25 * HOUR);
    stage.place('other', 'x', 0);
    stage.place('stagesync', 'x', 0);
    await leftovers.look();
    await leftovers.settle(false);
    expect(there()).toEqual(
      [
        'other',
        'stagesync',
        youngFile,
        young.folder,
        `${young.folder}1-new-a`,
        hidden.folder,
        `${hidden.folder}1-new-a`,
      ].sort(),
    );
    expect(swept.toSorted()).toEqual([oldFile, old.folder].sort());
    expect(told.map(({ path }) => path).toSorted()).toEqual([youngFile, young.folder].sort());
  });

  test('leaves a folder in which something is younger, however deep', async () => {
    const { leftovers, stage, there, ages } = leaving(24 * HOUR);
    const { folder } = bySomebody(100 * HOUR);
    stage.place(`${folder}1-new-a`, 'x', NOW - 100 * HOUR);
    stage.place(`${folder}e/f/2`, 'x', NOW - HOUR);
    await leftovers.look();
    await leftovers.settle(false);
    expect(there()).toContain(`${folder}e/f/2`);
    expect(ages()).toEqual([`hidden_left_over ${folder}: 1h old`]);
  });

  test('leaves a folder in which something cannot be listed: it may be younger', async () => {
    const { leftovers, stage, there, hooks } = leaving(24 * HOUR);
    const { folder } = bySomebody(100 * HOUR);
    stage.place(`${folder}1-new-a`, 'x', NOW - 100 * HOUR);
    stage.place(`${folder}e/2`, 'x', NOW - HOUR);
    await leftovers.look();
    hooks.before = ({ kind, path }) => {
      if (kind === 'listFolder' && path === `${folder}e/`)
        throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    await leftovers.settle(false);
    expect(there()).toContain(`${folder}e/2`);
  });

  test('goes by the newest file of a folder whose name tells no age, as those of 0.1', async () => {
    const { leftovers, stage, there, ages, swept } = leaving(24 * HOUR);
    const [old, young] = [`.stagesync-${'0a'.repeat(12)}/`, `.stagesync-${'0b'.repeat(12)}/`];
    stage.place(`${old}1-new-a`, 'x', NOW - 30 * HOUR);
    stage.place(`${old}2-new-a`, 'x', NOW - 25 * HOUR);
    stage.place(`${young}1-new-a`, 'x', NOW - 30 * HOUR);
    stage.place(`${young}2-new-a`, 'x', NOW - HOUR);
    await leftovers.look();
    await leftovers.settle(false);
    expect(there()).toEqual([young, `${young}1-new-a`, `${young}2-new-a`]);
    expect([swept, ages()]).toEqual([[old], [`hidden_left_over ${young}: 1h old`]]);
  });

  test('leaves what has no age that can be told', async () => {
    const { leftovers, stage, there, ages } = leaving(0);
    stage.folders.add('.stagesync-x/');
    await leftovers.look();
    await leftovers.settle(false);
    expect(there()).toEqual(['.stagesync-x/']);
    expect(ages()).toEqual(['hidden_left_over .stagesync-x/: of unknown age']);
  });

  test('in a dry run tells and removes nothing', async () => {
    const { leftovers, stage, there, told } = leaving(HOUR);
    const path = bySomebody(25 * HOUR).next('new', 'a');
    stage.place(path, 'x', 0);
    await leftovers.look();
    await leftovers.settle(true);
    expect([there(), told.map((each) => each.code)]).toEqual([[path], ['hidden_left_over']]);
  });

  test('that fails for one name goes on with the others', async () => {
    const { leftovers, stage, there, told, hooks } = leaving(HOUR);
    const names = bySomebody(25 * HOUR);
    const [one, other] = [names.next('new', 'a'), names.next('new', 'a')];
    for (const path of [one, other]) stage.place(path, 'x', 0);
    hooks.before = ({ kind, path }) => {
      if (kind === 'remove' && path === one)
        throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
    };
    await leftovers.look();
    await leftovers.settle(false);
    expect([there(), told.map(({ path, code }) => `${path} ${code}`)]).toEqual([
      [one],
      [`${one} sweep_failed`],
    ]);
  });

  test('empties folders first where the Stage wants it so', async () => {
    const { leftovers, stage, there, swept } = leaving(HOUR, { removesOnlyEmpty: true });
    const { folder } = bySomebody(25 * HOUR);
    stage.place(`${folder}1-new-a`, 'x', 0);
    stage.place(`${folder}2-new-b`, 'x', 0);
    await leftovers.look();
    await leftovers.settle(false);
    expect([there(), swept]).toEqual([[], [folder]]);
  });

  test('does not say of what it could not remove, or would remove, that it did', async () => {
    for (const dryRun of [false, true]) {
      const { leftovers, stage, swept, hooks } = leaving(HOUR);
      stage.place(bySomebody(25 * HOUR).next('new', 'a'), 'x', 0);
      hooks.before = ({ kind }) => {
        if (kind === 'remove')
          throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
      };
      await leftovers.look();
      await leftovers.settle(dryRun);
      expect(swept).toEqual([]);
    }
  });
});

/** Hidden names of which nobody can say that a source has the content, each with what lies there. */
const STEM = bySomebody(25 * HOUR).folder.slice(0, -1);
const MAYBE_THE_ONLY: readonly (readonly [string, string, readonly string[]])[] = [
  ['a file that went', `${STEM}-1-gone-a`, ['']],
  ['a file on its way to another name', `${STEM}-1-moved-a`, ['']],
  ['a file that stepped aside', `${STEM}-1-old-a`, ['']],
  ['a file in a form of its own', '.stagesync-a', ['']],
  ['a file of a role that came later', `${STEM}-1-kept-a`, ['']],
  ['a file that a role is only a part of the name of', `${STEM}-1-old-1-new-a`, ['']],
  ['a folder that went', `${STEM}-1-gone-a/`, ['1', 'e/2']],
  ['a folder that went with nothing but names of copies', `${STEM}-1-gone-a/`, ['1-new-a']],
  ['a folder that went, of the name of a staging folder', `${STEM}-1-new-a/`, ['1-new-a']],
  ['a folder on its way to another name', `${STEM}-1-moved-a/`, ['1']],
  ['a folder in a form of its own', '.stagesync-a/', ['1-new-a']],
  ['a staging folder with a file that stepped aside', `${STEM}/`, ['1-new-a', '2-old-b']],
  ['a staging folder with a file that went', `${STEM}/`, ['1-gone-a', '2-new-b']],
  ['a staging folder with a file on its way', `${STEM}/`, ['1-moved-a']],
  ['a staging folder with somebody’s file', `${STEM}/`, ['1-new-a', 'a']],
  ['a staging folder with a folder', `${STEM}/`, ['1-new-a/1-new-a']],
  ['a staging folder of 0.1 with a file that stepped aside', `.stagesync-${'0a'.repeat(12)}/`, ['1-old-a']],
];

describe('a sweep takes copies alone', () => {
  test.each(MAYBE_THE_ONLY)('%s stays, and is told', async (_, path, inside) => {
    const { leftovers, stage, there, told, swept } = leaving(HOUR);
    for (const each of inside) stage.place(`${path}${each}`, 'x', NOW - 25 * HOUR);
    const before = there();
    await leftovers.look();
    await leftovers.settle(false);
    expect([there(), swept]).toEqual([before, []]);
    expect(told).toEqual([
      {
        path,
        code: 'hidden_left_over',
        severity: 'warning',
        message: expect.stringMatching(/^1d 1h old, .*; not swept, for it may hold the only copy of /),
      },
    ]);
  });

  test.each([
    ['a file of 0.1', `.stagesync-7-new-a`, ['']],
    ['a file', `${STEM}-1-new-a`, ['']],
    ['a file of the name of a role', `${STEM}-1-new-1-old-a`, ['']],
    ['a staging folder', `${STEM}/`, ['1-new-a', '22-new-b']],
    ['a staging folder of 0.1', `.stagesync-${'0a'.repeat(12)}/`, ['1-new-a']],
  ] as const)('%s of copies goes', async (_, path, inside) => {
    const { leftovers, stage, there, told, swept } = leaving(HOUR);
    for (const each of inside) stage.place(`${path}${each}`, 'x', NOW - 25 * HOUR);
    await leftovers.look();
    await leftovers.settle(false);
    expect([there(), swept, told]).toEqual([[], [path], []]);
  });

  test('an empty staging folder holds nothing, and goes', async () => {
    const { leftovers, stage, there } = leaving(HOUR);
    stage.folders.add(`${STEM}/`);
    await leftovers.look();
    await leftovers.settle(false);
    expect(there()).toEqual([]);
  });

  test('the one that stepped aside is found behind however many copies', async () => {
    const { leftovers, stage, there, swept } = leaving(HOUR);
    for (let i = 1; i <= 1200; i++) stage.place(`${STEM}/${i}-new-a`, 'x', 0);
    stage.place(`${STEM}/9999-old-z`, 'x', 0);
    await leftovers.look();
    await leftovers.settle(false);
    expect([there().length, swept]).toEqual([1202, []]);
  });

  test('what an intent of this ledger names is left to the recovery, and not told', async () => {
    const { leftovers, stage, there, told, swept, known } = leaving(HOUR);
    const left = [`${STEM}-1-new-a`, `${STEM}-2-gone-b`, `${STEM}/`, `${STEM}/1-new-a`];
    for (const path of left) if (!path.endsWith('/')) stage.place(path, 'x', 0);
    for (const path of left) known.add(path);
    await leftovers.look();
    await leftovers.settle(false);
    expect([there(), swept, told]).toEqual([left.toSorted(), [], []]);
  });
});
