import { describe, expect, test } from 'vitest';
import type { DataApi, Statement } from '../../src/data-api/data-api.ts';
import type { Row } from '../../src/data-api/replies.ts';
import { SqlPipelines } from '../../src/load/sql-pipelines.ts';
import { SyncError } from '../../src/model/errors.ts';

const call = { signal: new AbortController().signal };
type Answers = (view: string, statement: Statement) => readonly Row[];

/** A database that answers by the view that is asked, and remembers the statements. */
function open(
  answers: Answers,
  { pipeline, fail }: { readonly pipeline?: string; readonly fail?: Error } = {},
) {
  const asked: Statement[] = [];
  const executed: Statement[] = [];
  let opened = 0;
  const api = {
    host: 'svc-1.example.com',
    rows: (statement: Statement) => {
      asked.push(statement);
      return Promise.resolve(answers(/information_schema\.(\w+)/.exec(statement.sql)?.[1] ?? '', statement));
    },
    execute: (statement: Statement) => {
      executed.push(statement);
      return fail === undefined ? Promise.resolve({}) : Promise.reject(fail);
    },
    close: () => Promise.resolve(),
  } as unknown as DataApi;
  const pipelines = new SqlPipelines({
    label: 'test',
    open: () => {
      opened++;
      return Promise.resolve(api);
    },
    database: 'shop',
    pipeline,
    close: () => Promise.resolve(),
  });
  return { pipelines, asked, executed, opened: () => opened };
}

const fileRow = (name: string, state = 'Loaded'): Row => ({
  PIPELINE_NAME: 'orders',
  FILE_NAME: name,
  FILE_SIZE: 1,
  FILE_STATE: state,
});

describe('states', () => {
  test('nothing is opened before the first question, and then once', async () => {
    const { pipelines, opened } = open(() => []);
    expect(opened()).toBe(0);
    await pipelines.states(['a'], call);
    await pipelines.states(['b'], call);
    expect(opened()).toBe(1);
  });

  test('no path is no request; unknown files take one, loaded ones two, others three', async () => {
    const counts: number[] = [];
    for (const rows of [[], [fileRow('a')], [fileRow('a', 'Skipped')]]) {
      const { pipelines, asked } = open((view) => (view === 'PIPELINES_FILES' ? rows : []));
      await pipelines.states(['a'], call);
      counts.push(asked.length);
    }
    const { pipelines, asked } = open(() => []);
    await pipelines.states([], call);
    expect([asked.length, ...counts]).toEqual([0, 1, 2, 3]);
  });

  test('rows that answer another question tell of nothing', async () => {
    const { pipelines } = open(() => [{ PIPELINE_NAME: 'orders', STATE: 'Running', CONFIG_JSON: '{}' }]);
    await expect(pipelines.states(['a'], call)).rejects.toMatchObject({ code: 'database_bad_reply' });
  });

  test('thousands of paths take a few requests, each with as many arguments as placeholders', async () => {
    const { pipelines, asked } = open(() => [], { pipeline: 'orders' });
    await pipelines.states(
      Array.from({ length: 5000 }, (_, at) => `orders/${at}.csv`),
      call,
    );
    expect(asked.length).toBe(3);
    for (const { sql, args = [] } of asked) expect(sql.split('?').length - 1).toBe(args.length);
    expect(asked[0]?.args?.slice(0, 4)).toEqual(['shop', 'orders', 'orders/0.csv', '/orders/0.csv']);
  });

  test('a way that could not be opened is tried again by the next question', async () => {
    let tries = 0;
    const pipelines = new SqlPipelines({
      label: 'test',
      open: () => Promise.reject(new Error(`try ${++tries}`)),
      database: 'shop',
      pipeline: undefined,
      close: () => Promise.resolve(),
    });
    await expect(pipelines.states(['a'], call)).rejects.toThrow('try 1');
    await expect(pipelines.states(['a'], call)).rejects.toThrow('try 2');
    await pipelines.close();
  });
});

describe('pipelines', () => {
  const row = (name: string, config: object | string, state = 'Running'): Row => ({
    PIPELINE_NAME: name,
    STATE: state,
    CONFIG_JSON: typeof config === 'string' ? config : JSON.stringify(config),
  });
  const all: Answers = (view) =>
    view === 'PIPELINES'
      ? [
          row('orders', { source_type: 'STAGE', table: 'Orders', connection_string: 'orders/*.csv' }),
          row('events', { source_type: 'STAGE', table: 'events' }, 'Error'),
          row('queue', { source_type: 'KAFKA', table: 'queue' }),
          row('broken', '{"credentials": "{"a"', 'Stopped'),
        ]
      : [
          { TABLE_NAME: 'orders', NON_UNIQUE: '0' },
          { TABLE_NAME: 'events', NON_UNIQUE: 1 },
        ];

  test('those that may read a Stage, with their tables and whether these have a key', async () => {
    const { pipelines } = open(all);
    expect(await pipelines.pipelines(call)).toEqual([
      { pipeline: 'orders', state: 'running', table: 'Orders', files: 'orders/*.csv', hasUniqueKey: true },
      { pipeline: 'events', state: 'error', table: 'events', files: undefined, hasUniqueKey: false },
      { pipeline: 'broken', state: 'stopped', table: undefined, files: undefined, hasUniqueKey: undefined },
    ]);
  });

  test('one that is named and not there is missing; those there are, are named', async () => {
    const { pipelines } = open(all, { pipeline: 'oders' });
    await expect(pipelines.pipelines(call)).rejects.toMatchObject({
      code: 'database_missing',
      fact: 'missing',
      message: expect.stringContaining('there are: orders, events, broken') as string,
    });
  });

  test('a view that the user may not see leaves the key unknown', async () => {
    const { pipelines } = open((view, statement) => {
      if (view !== 'STATISTICS') return all(view, statement);
      throw new SyncError('database_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
    });
    expect((await pipelines.pipelines(call)).map(({ hasUniqueKey }) => hasUniqueKey)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('dropFile', () => {
  test.each([
    ["it's.csv", "ALTER PIPELINE `or``ders` DROP FILE 'it''s.csv'"],
    ["/it's.csv", "ALTER PIPELINE `or``ders` DROP FILE '/it''s.csv'"],
  ])('names the file as the pipeline does: %s', async (name, sql) => {
    const { pipelines, executed } = open(() => [fileRow(name)]);
    await pipelines.dropFile('or`ders', "it's.csv", call);
    expect(executed).toEqual([expect.objectContaining({ sql, database: 'shop' })]);
    expect(pipelines.dropStatement('or`ders', "it's.csv")).toBe(sql);
  });

  const rejected = (text: string): SyncError =>
    new SyncError('database_rejected', text, { verdict: 'skip_entry', fact: 'refused', details: { text } });

  test('a file that the pipeline does not know is no error, anything else is one', async () => {
    const unknown = open(() => [], { fail: rejected("File 'a' not found in pipeline") });
    await unknown.pipelines.dropFile('p', 'a', call);
    const other = open(() => [], { fail: rejected('Pipeline p does not exist') });
    await expect(other.pipelines.dropFile('p', 'a', call)).rejects.toThrow('does not exist');
  });
});
