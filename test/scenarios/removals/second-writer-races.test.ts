import { describe, expect, test } from 'vitest';
import { pairs } from '../../support/cli/nightly.ts';
import {
  at,
  sharedTarget,
  type Mode,
  type Moment,
  type SharedTarget,
} from '../../support/stage/shared-target.ts';

const HIDDEN = '^\\.stagesync-[^/]*-dir';

/** Where a run that takes dir/ from its place can be met, by those who listed Stage before and those who did not. */
const REMOVAL_MOMENTS: Readonly<Record<string, Moment & { readonly unlisted?: Partial<Moment> }>> = {
  'before the fresh look': {
    phase: 'received',
    kind: 'list',
    path: 'target/dir/',
    nth: 2,
    unlisted: { nth: 1 },
  },
  'during the fresh look': {
    phase: 'received',
    kind: 'list',
    path: 'target/dir/sub/',
    nth: 2,
    unlisted: { nth: 1 },
  },
  'between the look and the PATCH': { phase: 'received', kind: 'move', path: 'target/dir/' },
  'between the PATCH and the look after it': { phase: 'committed', kind: 'move', path: 'target/dir/' },
  'during the look after it': { phase: 'received', kind: 'list', path: new RegExp(`${HIDDEN}/sub/$`) },
  'before the DELETE': { phase: 'received', kind: 'remove', path: new RegExp(`${HIDDEN}/$`) },
};

/** What a second writer does, and where it then is. */
const DEEDS: Readonly<Record<string, (target: SharedTarget) => Promise<readonly string[]>>> = {
  'a new file': (target) => put(target, 'dir/new.csv'),
  'a new file below': (target) => put(target, 'dir/sub/new.csv'),
  'a file of ours replaced': (target) => put(target, 'dir/x.csv'),
  'a file of ours below replaced': (target) => put(target, 'dir/sub/y.csv'),
  'a new folder with files': (target) =>
    put(target, 'dir/new/deep/1.csv', 'dir/new/2.csv', 'dir/sub/new/3.csv'),
  'an empty folder': (target) => put(target, 'dir/empty/', 'dir/sub/empty/'),
  'what another run hides': (target) => put(target, 'dir/.stagesync-zzzzzzzz-0/1-new-q.csv'),
};

async function put(target: SharedTarget, ...paths: readonly string[]): Promise<readonly string[]> {
  for (const path of paths) await target.theirs(path);
  return paths;
}

async function inStep(): Promise<SharedTarget> {
  const target = await sharedTarget();
  target.ours('a.csv', 'dir/x.csv', 'dir/sub/y.csv', 'dir/sub/z.csv', 'other/o.csv');
  expect((await target.run()).outcome).toBe('clean');
  return target;
}

async function expectTheirs(target: SharedTarget, paths: readonly string[]): Promise<void> {
  const contents = await target.contents();
  const names = await target.names();
  for (const path of paths)
    if (path.endsWith('/')) expect(names).toContain(path);
    else expect(contents[path], path).toBe(`theirs: ${path}`);
}

async function expectNothingHidden(target: SharedTarget): Promise<void> {
  expect((await target.hidden()).filter((path) => !path.includes('zzzzzzzz'))).toEqual([]);
}

const MODES: Readonly<Record<string, Mode>> = {
  '--delete': { removal: 'ours' },
  '--mirror': { removal: 'everything' },
  '--delete --trust-ledger': { removal: 'ours', trustLedger: true },
  'by hints, --delete': { removal: 'ours', by: 'hints' },
};

const momentFor = (name: string, mode: Mode): Moment => {
  const { unlisted, ...moment } = REMOVAL_MOMENTS[name]!;
  return mode.trustLedger === true || mode.by === 'hints' ? { ...moment, ...unlisted } : moment;
};

describe.each(Object.keys(REMOVAL_MOMENTS).map((moment, i) => [moment, i] as const))(
  'what others do %s of a folder that goes stays',
  (moment, i) => {
    test.each(pairs(Object.keys(DEEDS), Object.keys(MODES), 1, i))('%s, %s', async (deed, name) => {
      await using target = await inStep();
      const mode = MODES[name]!;
      target.source.remove('dir/');
      let paths: readonly string[] = [];
      const met = at(target, momentFor(moment, mode), async () => {
        paths = await DEEDS[deed]!(target);
      });
      const run = await target.run(mode);
      expect(met.came).toBe(true);
      expect(run.outcome).not.toBe('failures');
      await expectTheirs(target, paths);
      await expectNothingHidden(target);
      const left = (await target.names()).filter((path) => path.startsWith('dir/') && !path.endsWith('/'));
      expect(left.sort()).toEqual(paths.filter((path) => !path.endsWith('/')).toSorted());
      // and neither does the next run touch it, unless it is to mirror
      if (mode.removal === 'ours') {
        await target.run(mode);
        await expectTheirs(target, paths);
      }
    });
  },
);

const MOVE_MOMENTS: Readonly<Record<string, Moment>> = {
  'before the fresh look': { phase: 'received', kind: 'list', path: 'target/dir/', nth: 2 },
  'during the fresh look': { phase: 'received', kind: 'list', path: 'target/dir/sub/', nth: 2 },
  'between the look and the PATCH': { phase: 'received', kind: 'move', path: 'target/dir/' },
  'between the PATCH and the look after it': { phase: 'committed', kind: 'move', path: 'target/dir/' },
  'during the look after it': { phase: 'received', kind: 'list', path: 'target/moved/sub/' },
};

describe.each(Object.keys(MOVE_MOMENTS).map((moment, i) => [moment, i] as const))(
  'what others do %s of a folder that moves is not taken along',
  (moment, i) => {
    test.each(pairs(Object.keys(DEEDS), ['--delete', 'by hints, --delete', '--mirror'], 1, i))(
      '%s, %s',
      async (deed, name) => {
        await using target = await inStep();
        const mode = MODES[name]!;
        target.source.move('dir/', 'moved/');
        const unlisted = mode.by === 'hints' && moment.endsWith('fresh look') ? { nth: 1 } : {};
        let paths: readonly string[] = [];
        const met = at(target, { ...MOVE_MOMENTS[moment]!, ...unlisted }, async () => {
          paths = await DEEDS[deed]!(target);
        });
        const run = await target.run(mode);
        expect(met.came).toBe(true);
        expect(run.outcome).not.toBe('failures');
        // a mirror that looks again finds what the source does not have, and may remove it by then
        if (mode.removal === 'ours') await expectTheirs(target, paths);
        await expectNothingHidden(target);
        expect(await target.contents()).toMatchObject({
          'moved/x.csv': 'ours: dir/x.csv',
          'moved/sub/y.csv': 'ours: dir/sub/y.csv',
          'moved/sub/z.csv': 'ours: dir/sub/z.csv',
        });
        const along = (await target.names()).filter((path) => path.startsWith('moved/'));
        expect(along).toEqual(['moved/', 'moved/sub/', 'moved/sub/y.csv', 'moved/sub/z.csv', 'moved/x.csv']);
        const again = await target.run({ removal: 'ours' });
        expect(again.actions).toEqual([]);
      },
    );
  },
);

test('what others put at the new place of a folder before it was looked at there cannot be told from what came along: it is at the old place, and the run says so', async () => {
  await using target = await inStep();
  target.source.move('dir/', 'moved/');
  const met = at(target, { phase: 'committed', kind: 'move', path: 'target/dir/' }, async () => {
    await target.theirs('moved/new.csv');
    await target.theirs('moved/sub/deep/new.csv');
  });
  const run = await target.run({ removal: 'ours' });
  expect(met.came).toBe(true);
  expect(run.outcome).toBe('warnings');
  expect(run.problems).toEqual(['warning moved_back dir/']);
  const settled = {
    'a.csv': 'ours: a.csv',
    'dir/new.csv': 'theirs: moved/new.csv',
    'dir/sub/deep/new.csv': 'theirs: moved/sub/deep/new.csv',
    'moved/sub/y.csv': 'ours: dir/sub/y.csv',
    'moved/sub/z.csv': 'ours: dir/sub/z.csv',
    'moved/x.csv': 'ours: dir/x.csv',
    'other/o.csv': 'ours: other/o.csv',
  };
  expect(await target.contents()).toEqual(settled);
  await expectNothingHidden(target);
  expect((await target.run({ removal: 'ours' })).actions).toEqual([]);
  expect(await target.contents()).toEqual(settled);
});

test('what others put at the new place of a folder just before it moves there is kept, and the source arrives beside it', async () => {
  await using target = await inStep();
  target.source.move('dir/', 'moved/');
  const met = at(target, { phase: 'received', kind: 'move', path: 'target/dir/' }, () =>
    target.theirs('moved/new.csv'),
  );
  const run = await target.run({ removal: 'ours' });
  expect(met.came).toBe(true);
  await expectTheirs(target, ['moved/new.csv']);
  expect(run.outcome).not.toBe('failures');
  expect(await target.contents()).toMatchObject({ 'moved/x.csv': 'ours: dir/x.csv' });
  expect(await target.names()).not.toContain('dir/x.csv');
});

describe('two folders that swap names', () => {
  const STEPS = {
    'before the first PATCH': { phase: 'received', kind: 'move', path: /./, nth: 1 },
    'after the first PATCH': { phase: 'committed', kind: 'move', path: /./, nth: 1 },
    'after the second PATCH': { phase: 'committed', kind: 'move', path: /./, nth: 2 },
    'after the third PATCH': { phase: 'committed', kind: 'move', path: /./, nth: 3 },
  } as const satisfies Record<string, Moment>;

  test.each(Object.keys(STEPS) as (keyof typeof STEPS)[])(
    'files of others that come %s are not lost',
    async (step) => {
      await using target = await inStep();
      target.source.move('dir/', 'aside/');
      target.source.move('other/', 'dir/');
      target.source.move('aside/', 'other/');
      const met = at(target, STEPS[step], async () => {
        await target.theirs('dir/new.csv');
        await target.theirs('other/new.csv');
      });
      const run = await target.run({ removal: 'ours' });
      expect(met.came).toBe(true);
      expect(run.outcome).not.toBe('failures');
      const contents = await target.contents();
      expect(
        Object.values(contents)
          .filter((text) => text.startsWith('theirs'))
          .sort(),
      ).toEqual(['theirs: dir/new.csv', 'theirs: other/new.csv']);
      expect(contents).toMatchObject({ 'other/x.csv': 'ours: dir/x.csv', 'dir/o.csv': 'ours: other/o.csv' });
      await expectNothingHidden(target);
      expect((await target.run({ removal: 'ours' })).actions).toEqual([]);
    },
  );
});

test.each([1, 2, 3])(
  'two folders of like files swap names, others take a name after PATCH %i: every file has its own content',
  async (nth) => {
    await using target = await sharedTarget();
    target.ours(
      'a.csv',
      ...['dir', 'oth'].flatMap((folder) => ['1', '2', '3', '4'].map((name) => `${folder}/${name}`)),
    );
    await target.run();
    target.source.move('dir/', 'aside/');
    target.source.move('oth/', 'dir/');
    target.source.move('aside/', 'oth/');
    const met = at(target, { phase: 'committed', kind: 'move', path: /./, nth }, async () => {
      await target.theirs('dir/new.csv');
      await target.theirs('oth/new.csv');
    });
    await target.run({ removal: 'ours' });
    expect(met.came).toBe(true);
    const contents = await target.contents();
    for (const name of ['1', '2', '3', '4'])
      expect(contents).toMatchObject({
        [`dir/${name}`]: `ours: oth/${name}`,
        [`oth/${name}`]: `ours: dir/${name}`,
      });
    await expectNothingHidden(target);
  },
);

describe('single files', () => {
  const looked: Moment = { phase: 'received', kind: 'list', path: 'target/dir/', nth: 2 };

  test.each(Object.entries(MODES))(
    'a file that others change before the fresh look is kept, and the warning says who changed what: %s',
    async (_, mode) => {
      await using target = await inStep();
      target.source.remove('dir/x.csv');
      const unlisted = mode.trustLedger === true || mode.by === 'hints' ? { nth: 1 } : {};
      const met = at(target, { ...looked, ...unlisted }, () => target.theirs('dir/x.csv'));
      const run = await target.run(mode);
      expect(met.came).toBe(true);
      await expectTheirs(target, ['dir/x.csv']);
      expect(run.problems).toEqual(['warning changed_on_stage dir/x.csv']);
      const told = run.events.find((event) => event.type === 'problem');
      expect(told?.message).toMatch(
        /kept: someone changed it on Stage since this run listed it \(15 bytes of .* then, 17 bytes of .* now\)/,
      );
      expect(run.report).toMatchObject({ outcome: 'warnings', removed: 0 });
    },
  );

  test('a renamed file that others change before the fresh look is uploaded under its new name; theirs stays', async () => {
    await using target = await inStep();
    target.source.move('dir/x.csv', 'dir/renamed.csv');
    const met = at(target, looked, () => target.theirs('dir/x.csv'));
    const run = await target.run({ removal: 'ours' });
    expect(met.came).toBe(true);
    await expectTheirs(target, ['dir/x.csv']);
    expect(await target.contents()).toMatchObject({ 'dir/renamed.csv': 'ours: dir/x.csv' });
    expect(run.outcome).toBe('warnings');
  });

  test('the window that is left is one request: between the fresh look and the DELETE', async () => {
    await using target = await inStep();
    target.source.remove('dir/x.csv');
    const met = at(target, { phase: 'received', kind: 'remove', path: 'target/dir/x.csv' }, () =>
      target.theirs('dir/x.csv'),
    );
    await target.run({ removal: 'ours' });
    expect(met.came).toBe(true);
    expect(await target.names()).not.toContain('dir/x.csv');
  });

  test('what takes the name of a folder that goes is uploaded beside it first, and what others put into it then stays', async () => {
    await using target = await inStep();
    target.source.remove('dir/');
    target.source.write('dir', 'a file now');
    const met = at(target, { phase: 'committed', kind: 'putFile', path: /^\.stagesync-/ }, () =>
      target.theirs('dir/new.csv'),
    );
    const run = await target.run({ removal: 'ours' });
    expect(met.came).toBe(true);
    await expectTheirs(target, ['dir/new.csv']);
    expect(run.outcome).toBe('failures');
    await expectNothingHidden(target);
  });

  test('what others put where a folder just went, before the new file has its name, stays', async () => {
    await using target = await inStep();
    target.source.remove('dir/');
    target.source.write('dir', 'a file now');
    const met = at(target, { phase: 'committed', kind: 'move', path: 'target/dir/' }, () =>
      target.theirs('dir/new.csv'),
    );
    const run = await target.run({ removal: 'ours' });
    expect(met.came).toBe(true);
    await expectTheirs(target, ['dir/new.csv']);
    expect(run.outcome).toBe('failures');
    await expectNothingHidden(target);
  });
});
