import { describe, expect, test } from 'vitest';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { MemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createEngine, createTestClock } from '../../support/engine/engine.ts';
import { patientClock } from '../../support/engine/patient-clock.ts';

/**
 * A run after which `edit` happened at the source. The listing of `z/`, the last of all, is answered when a file was
 * sent, or when nothing else happens any more.
 */
async function laterRun(
  paths: readonly string[],
  edit: (source: MemorySource) => void,
  options: Partial<PassOptions> = {},
) {
  const source = createMemorySource({ now: () => 1 });
  for (const path of [...paths, 'z/last']) source.write(path, `content of ${path}`);
  const sent: string[] = [];
  let isListing = false;
  let isLater = false;
  const stage = createMemoryDestination({
    now: () => 1_700_000_000_000,
    async before({ kind, path }) {
      if (!isLater) return;
      if (kind === 'put' && isListing) sent.push(path);
      if (kind !== 'listFolder' || path !== 'z/') return;
      for (let turns = 300; turns > 0 && sent.length === 0; turns--)
        await new Promise((resolve) => setImmediate(resolve));
      isListing = false;
    },
  });
  using engine = createEngine(source, stage, patientClock());
  await engine.pass({ clock: createTestClock() });
  edit(source);
  stage.calls.length = 0;
  [isLater, isListing] = [true, true];
  const { report, error } = await engine.pass({ removal: 'ours', ...options });
  const changes = stage.calls.flatMap(({ kind, path, to }) =>
    kind === 'listFolder' || kind === 'stat' ? [] : [`${kind} ${path}${to === undefined ? '' : ` > ${to}`}`],
  );
  return { report, error, early: sent, changes, stage, events: engine.events };
}

const SOME = ['a', 'b', 'd/1', 'd/2', 'e/1', 'e/2'];
const change =
  (...paths: readonly string[]) =>
  (source: MemorySource): void => {
    for (const path of paths) source.write(path, `${path} is something else by now`);
  };

describe('a changed file at its own path', () => {
  test('is sent while the destination is still listed, and confirmed', async () => {
    const { early, changes, report, stage } = await laterRun(SOME, change('a', 'd/1'));
    expect(early).toContain('a');
    expect(changes.toSorted()).toEqual(['put a', 'put d/1']);
    expect(report).toMatchObject({ outcome: 'clean', uploaded: 2 });
    // once with all, once to confirm
    expect(stage.calls.filter(({ kind, path }) => kind === 'listFolder' && path === 'd/')).toHaveLength(2);
  });

  test('is counted with the plan that follows', async () => {
    const { events } = await laterRun(SOME, (source) => {
      change('a')(source);
      source.write('new', 'is new');
    });
    expect(events.filter(({ type }) => type === 'plan').at(-1)).toMatchObject({ cost: { uploads: 2 } });
  });

  test.each<readonly [string, Partial<PassOptions>]>([
    ['nothing is removed', { removal: 'none' }],
    ['few files are gone', { removal: 'ours', maxDelete: { percent: 50 } }],
    ['the guard was forced', { removal: 'everything', force: new Set(['max-delete']) }],
  ])('goes early where no guard can refuse the run: %s', async (_, options) => {
    expect((await laterRun(SOME, change('a'), options)).early).toEqual(['a']);
  });
});

describe('waits for the plan', () => {
  test.each<readonly [string, (source: MemorySource) => void, Partial<PassOptions>]>([
    [
      'a file whose old content moved elsewhere',
      (source) => {
        source.move('a', 'y');
        change('a')(source);
      },
      {},
    ],
    [
      'a file whose old content was copied before',
      (source) => {
        source.write('y', 'content of a');
        change('a')(source);
      },
      {},
    ],
    [
      'a file in a folder that moved and was made anew',
      (source) => {
        source.move('d/', 'y/');
        change('d/1')(source);
      },
      {},
    ],
    ['a file in a folder in which nothing stays', change('d/1', 'd/2'), {}],
    [
      'two files that were swapped',
      (source) => {
        source.move('a', 'y');
        source.move('b', 'a');
        source.move('y', 'b');
      },
      {},
    ],
    ['a new file', (source) => source.write('a-new', 'new'), {}],
    ['what a mirror does', change('a'), { removal: 'everything' }],
    ['what a set publishes', change('a'), { atomic: true, publishSet: true }],
    ['what an approved plan names', change('a'), { approved: [] }],
    ['what a dry run tells', change('a'), { dryRun: true }],
    [
      'more removals than a count allows',
      (source) => {
        source.remove('b');
        change('a')(source);
      },
      { maxDelete: { count: 0 } },
    ],
  ])('%s', async (_, edit, options) => {
    expect((await laterRun(SOME, edit, options)).early).toEqual([]);
  });

  test('so that a run that a guard refuses has changed nothing', async () => {
    const many = Array.from({ length: 60 }, (_, at) => `many/${at}`);
    const { error, changes } = await laterRun(
      [...SOME, ...many],
      (source) => {
        change('a')(source);
        for (const path of many) source.remove(path);
      },
      { maxDelete: { percent: 50 } },
    );
    expect(error).toMatchObject({
      code: 'guard_max_delete',
      message: expect.stringMatching(/nothing was changed/),
    });
    expect(changes).toEqual([]);
  });
});

test('a guard that refuses because files went while they were listed says that something was changed', async () => {
  const source = createMemorySource({ now: () => 1 });
  const many = Array.from({ length: 60 }, (_, at) => `many/${at}`);
  for (const path of ['a', 'b', ...many, 'z/1']) source.write(path, path);
  let isLater = false;
  const stage = createMemoryDestination({
    before({ kind, path }) {
      if (!isLater || kind !== 'put' || path !== 'a') return;
      for (const each of many) source.remove(each);
    },
    now: () => 1_700_000_000_000,
  });
  // the source is listed folder by folder, as a disk is: what is gone by then is not there
  const slow = {
    ...source,
    async *list(options: Parameters<typeof source.list>[0]) {
      for await (const batch of source.list(options))
        for (const entry of batch) {
          if (entry.path === 'many/' && isLater)
            for (let turns = 200; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
          if (entry.kind !== 'file' || (await source.stat!(entry.path, options)) !== undefined) yield [entry];
        }
    },
  };
  using engine = createEngine(slow, stage, patientClock());
  await engine.pass({ clock: createTestClock() });
  source.write('a', 'something else');
  isLater = true;
  const { error } = await engine.pass({ removal: 'ours', maxDelete: { percent: 50 } });
  expect(error?.message).toMatch(/nothing more was changed/);
  expect(stage.files.size).toBe(63);
});
