import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { RelPath } from '../../src/model/path.ts';
import type { PipelineFile, Pipelines } from '../../src/model/pipelines.ts';

/** One pipeline `p.1`, which reads every file below `in/` into a table `rows`. It is stopped when it is opened. */
export interface PipelinesFixture extends AsyncDisposable {
  readonly pipelines: Pipelines;
  /** The same database, where one pipeline is named. */
  named(pipeline: string): Pipelines;
  /** Puts a file on the Stage. */
  put(path: RelPath, content: string): Promise<void>;
  /** Lets the pipeline read what there is to read; resolves some time later. */
  load(): Promise<void>;
  /** Lets it begin a batch of one file, which does not end by itself. */
  hold(): Promise<void>;
  /** Lets it begin a batch of all files, which ends after some time: at the next `load`, or by itself. */
  begin(): Promise<void>;
  /** Rows of the table that came from files with this content. */
  rows(content: string): Promise<number>;
}

export interface PipelinesFixtureOptions {
  readonly hasUniqueKey: boolean;
}

export const PIPELINE = 'p.1';
export const TABLE = 'rows';
/** Every other content is one row. */
export const BAD = 'no number\n';

const call = { signal: new AbortController().signal };
const ASKED_AT_ONCE = 3000;

/** Names that are other files to a Stage, and may be mixed up by what stands between. */
const NAMES = [
  "in/it's.csv",
  'in/"quoted" `and` spaced .csv',
  String.raw`in/back\slash\n.csv`,
  'in/50%_done?.csv',
  'in/Case.csv',
  'in/case.csv',
  'in/caf\u00e9.csv',
  'in/cafe\u0301.csv',
  'in/日本/🚀.csv',
];

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(10);
  }
}

/** What every implementation of Pipelines promises. */
export function describePipelines(
  name: string,
  open: (options: PipelinesFixtureOptions) => Promise<PipelinesFixture>,
): void {
  const keyed = () => open({ hasUniqueKey: true });
  const one = async ({ pipelines }: PipelinesFixture, path: RelPath): Promise<PipelineFile | undefined> => {
    const found = (await pipelines.states([path], call)).get(path);
    expect(found?.length ?? 1).toBe(1);
    return found?.[0];
  };
  /** The file once a batch after `batch` has ended with it. */
  const settled = (world: PipelinesFixture, path: RelPath, batch = -1) =>
    until(async () => {
      await world.load();
      const file = await one(world, path);
      if (file === undefined || file.state === 'unloaded' || file.underWay) return undefined;
      return (file.lastBatch ?? -1) > batch ? file : undefined;
    });

  describe(`${name}: states`, () => {
    test('of no path and of unknown ones there is nothing', async () => {
      await using world = await keyed();
      expect(await world.pipelines.states([], call)).toEqual(new Map());
      await world.put('in/a.csv', '1\n');
      await settled(world, 'in/a.csv');
      expect([...(await world.pipelines.states(['in/none.csv', 'a.csv', 'in'], call)).keys()]).toEqual([]);
    });

    test('a file that was read is loaded, with its size in bytes and the batch that took it', async () => {
      await using world = await keyed();
      await world.put('in/a.csv', '1\n');
      expect(await settled(world, 'in/a.csv')).toEqual({
        pipeline: PIPELINE,
        state: 'loaded',
        size: 2,
        lastBatch: expect.any(Number) as number,
        underWay: false,
        error: undefined,
      });
      expect(await world.rows('1\n')).toBe(1);
    });

    test('a file that was given up is skipped, with why and where; the others are loaded', async () => {
      await using world = await keyed();
      await world.put('in/a.csv', BAD);
      await world.put('in/b.csv', '2\n');
      const skipped = await settled(world, 'in/a.csv');
      expect(skipped).toMatchObject({ state: 'skipped', underWay: false, error: { line: 1 } });
      expect(skipped.error?.message).not.toBe('');
      expect(skipped.error?.message).not.toMatch(/^Leaf Error/);
      expect(skipped.error?.atMs).toEqual(expect.any(Number));
      expect((await settled(world, 'in/b.csv')).state).toBe('loaded');
    });

    test('while a batch has a file it is under way and unloaded; one that waits for a batch is unloaded alone', async () => {
      await using world = await keyed();
      await world.put('in/a.csv', '1\n');
      await world.put('in/b.csv', '2\n');
      await world.hold();
      const taken = await until(async () => {
        const file = await one(world, 'in/a.csv');
        return file?.underWay === true ? file : undefined;
      });
      expect(taken).toMatchObject({ state: 'unloaded', lastBatch: expect.any(Number) as number });
      expect(await one(world, 'in/b.csv')).toMatchObject({
        state: 'unloaded',
        underWay: false,
        lastBatch: undefined,
        error: undefined,
      });
    });

    test('content that comes later under a known name is not read, and the view goes on as it was', async () => {
      await using world = await keyed();
      await world.put('in/a.csv', '1\n');
      const before = await settled(world, 'in/a.csv');
      await world.put('in/a.csv', '20\n');
      await world.put('in/b.csv', '3\n');
      await settled(world, 'in/b.csv');
      expect(await one(world, 'in/a.csv')).toEqual(before);
      expect(await world.rows('20\n')).toBe(0);
    });

    test('names come back as they were asked for, and each is a file of its own', async () => {
      await using world = await keyed();
      for (const [at, path] of NAMES.entries()) await world.put(path, `${at + 1}\n`.padStart(at + 3, '0'));
      for (const path of NAMES) await settled(world, path);
      const states = await world.pipelines.states(NAMES, call);
      expect([...states.keys()].toSorted()).toEqual(NAMES.toSorted());
      expect(NAMES.map((path) => states.get(path)?.map(({ size }) => size))).toEqual(
        NAMES.map((_, at) => [Math.max(at + 3, 2)]),
      );
      // one of two names that differ by case alone
      expect([...(await world.pipelines.states(['in/case.csv', 'in/CASE.csv'], call)).keys()]).toEqual([
        'in/case.csv',
      ]);
    });

    test(`${ASKED_AT_ONCE} paths in one call: those that are known, and no others`, async () => {
      await using world = await keyed();
      const paths = Array.from({ length: ASKED_AT_ONCE }, (_, at) => `in/part-${at}.csv`);
      const known = [paths[0]!, paths[1999]!, paths[2000]!, paths[ASKED_AT_ONCE - 1]!];
      for (const path of known) await world.put(path, '1\n');
      for (const path of known) await settled(world, path);
      expect([...(await world.pipelines.states(paths, call)).keys()]).toEqual(known);
    });

    test('a call that was given up is rejected', async () => {
      await using world = await keyed();
      const { pipelines } = world;
      const given = { signal: AbortSignal.abort(new Error('given up')) };
      await expect(pipelines.states(['in/a.csv'], given)).rejects.toThrow();
      await expect(pipelines.pipelines(given)).rejects.toThrow();
      await expect(pipelines.dropFile(PIPELINE, 'in/a.csv', given)).rejects.toThrow();
    });
  });

  describe(`${name}: pipelines`, () => {
    test.each([true, false])('the table, and whether it has a key: %s', async (hasUniqueKey) => {
      await using world = await open({ hasUniqueKey });
      const [info, ...others] = await world.pipelines.pipelines(call);
      expect(others).toEqual([]);
      expect(info).toMatchObject({ pipeline: PIPELINE, table: TABLE, hasUniqueKey });
      expect(info?.files).toMatch(/^\/?in\//);
    });

    test('one that is named is found; one that is not there is missing, and those there are, are named', async () => {
      await using world = await keyed();
      expect(await world.named(PIPELINE).pipelines(call)).toHaveLength(1);
      await expect(world.named('none').pipelines(call)).rejects.toMatchObject({
        code: 'database_missing',
        fact: 'missing',
        message: expect.stringContaining(PIPELINE) as string,
      });
    });
  });

  describe(`${name}: dropFile`, () => {
    test('a loaded file is read again as it is now, by a later batch; others keep their batch', async () => {
      await using world = await keyed();
      await world.put('in/a.csv', '1\n');
      await world.put('in/b.csv', '2\n');
      const before = await settled(world, 'in/a.csv');
      const other = await settled(world, 'in/b.csv');
      await world.put('in/a.csv', '30\n');
      await world.pipelines.dropFile(PIPELINE, 'in/a.csv', call);
      const after = await settled(world, 'in/a.csv', before.lastBatch);
      expect(after).toMatchObject({ state: 'loaded', size: 3 });
      expect(await world.rows('30\n')).toBe(1);
      expect(await one(world, 'in/b.csv')).toEqual(other);
    });

    test('a skipped file is read again too, and its error is gone', async () => {
      await using world = await keyed();
      await world.put('in/a.csv', BAD);
      const before = await settled(world, 'in/a.csv');
      await world.put('in/a.csv', '1\n');
      await world.pipelines.dropFile(PIPELINE, 'in/a.csv', call);
      expect(await settled(world, 'in/a.csv', before.lastBatch)).toMatchObject({
        state: 'loaded',
        error: undefined,
      });
    });

    test('a file that the pipeline does not know is no error, once or twice', async () => {
      await using world = await keyed();
      await world.pipelines.dropFile(PIPELINE, "in/none's.csv", call);
      await world.put('in/a.csv', '1\n');
      const { lastBatch } = await settled(world, 'in/a.csv');
      await world.pipelines.dropFile(PIPELINE, 'in/a.csv', call);
      await world.pipelines.dropFile(PIPELINE, 'in/a.csv', call);
      expect((await settled(world, 'in/a.csv', lastBatch)).state).toBe('loaded');
    });

    test('a file that a batch has is read by a later batch', async () => {
      await using world = await keyed();
      await world.put('in/a.csv', '1\n');
      await world.begin();
      const { lastBatch } = await until(() => one(world, 'in/a.csv'));
      await world.put('in/a.csv', '20\n');
      await world.pipelines.dropFile(PIPELINE, 'in/a.csv', call);
      expect(await settled(world, 'in/a.csv', lastBatch)).toMatchObject({ state: 'loaded', size: 3 });
      expect(await world.rows('20\n')).toBe(1);
    });

    test('the name is taken literally, and no other file is read again', async () => {
      await using world = await keyed();
      for (const [at, path] of NAMES.entries()) await world.put(path, `${at + 1}\n`);
      for (const path of NAMES) await settled(world, path);
      const before = await world.pipelines.states(NAMES, call);
      for (const path of NAMES) {
        const batches = await world.pipelines.states(NAMES, call);
        await world.pipelines.dropFile(PIPELINE, path, call);
        await settled(world, path, batches.get(path)?.[0]?.lastBatch);
        const after = await world.pipelines.states(NAMES, call);
        const read = NAMES.filter(
          (each) => after.get(each)?.[0]?.lastBatch !== batches.get(each)?.[0]?.lastBatch,
        );
        expect(read).toEqual([path]);
      }
      expect(before.size).toBe(NAMES.length);
    });

    test('of a pipeline that is not there is rejected', async () => {
      await using world = await keyed();
      for (const pipeline of ['none', 'the file'])
        await expect(world.pipelines.dropFile(pipeline, 'in/a.csv', call)).rejects.toMatchObject({
          code: 'database_rejected',
        });
    });

    test('the statement names both, quoted, so that a person can send it', async () => {
      await using world = await keyed();
      const statement = world.pipelines.dropStatement('p`q', "in/it's.csv");
      expect(statement).toMatch(/^ALTER PIPELINE `p``q` DROP FILE '\/?in\/it''s\.csv'$/);
    });
  });
}
