import { describe, expect, test } from 'vitest';
import { fileStates } from '../../src/load/file-states.ts';

const file = (name: string, state: string, more: object = {}) => ({
  PIPELINE_NAME: 'p',
  FILE_NAME: name,
  FILE_SIZE: '12',
  FILE_STATE: state,
  ...more,
});
const error = (name: string, more: object) => ({
  PIPELINE_NAME: 'p',
  BATCH_SOURCE_PARTITION_ID: name,
  BATCH_ID: 1,
  ERROR_UNIX_TIMESTAMP: '1795697464.704',
  ERROR_CODE: 1366,
  ERROR_MESSAGE: "Invalid INT value 'x' for column 'qty'",
  LOAD_DATA_LINE: '3,x',
  LOAD_DATA_LINE_NUMBER: 2,
  ...more,
});
const batch = (name: string, id: number, state: string) => ({
  PIPELINE_NAME: 'p',
  BATCH_SOURCE_PARTITION_ID: name,
  BATCH_ID: id,
  BATCH_STATE: state,
});
const none = { errors: [], batches: [] };

describe('what the views say of files', () => {
  test('names may begin with a slash, numbers come as text, states in any case', () => {
    const files = [file('/a.csv', 'LOADED'), file('b.csv', 'Unloaded'), file('c.csv', 'Quarantined')];
    expect(fileStates(['a.csv', 'b.csv', 'c.csv'], { files, ...none })).toEqual(
      new Map(
        ['loaded', 'unloaded', 'unloaded'].map((state, at) => [
          `${'abc'[at]}.csv`,
          [{ pipeline: 'p', state, size: 12, lastBatch: undefined, underWay: false, error: undefined }],
        ]),
      ),
    );
  });

  test('rows of other files, which a comparison without regard to case brings, are left out', () => {
    const files = [file('A.csv', 'Loaded'), file('a.csv', 'Skipped')];
    const states = fileStates(['a.csv'], { files, ...none });
    expect([...states.keys()]).toEqual(['a.csv']);
    expect(states.get('a.csv')?.map(({ state }) => state)).toEqual(['skipped']);
  });

  test('a file that several pipelines know has what each says', () => {
    const files = [file('a', 'Loaded'), file('a', 'Skipped', { PIPELINE_NAME: 'q' })];
    const batches = [batch('a', 3, 'Succeeded')];
    const states = fileStates(['a'], { files, errors: [], batches }).get('a');
    expect(states?.map(({ pipeline, lastBatch }) => [pipeline, lastBatch])).toEqual([
      ['p', 3],
      ['q', undefined],
    ]);
  });

  test('the last batch that took a file, and whether one goes on', () => {
    const batches = [batch('a', 7, 'Failed'), batch('/a', 9, 'In Progress'), batch('a', 8, 'Failed')];
    const [state] = fileStates(['a'], { files: [file('a', 'Unloaded')], errors: [], batches }).get('a') ?? [];
    expect(state).toMatchObject({ lastBatch: 9, underWay: true });
  });

  test.each([[0], [1]])(
    'an error that a leaf tells too is told once, with its line and column, in whatever order (%i)',
    (first) => {
      const rows = [
        error('a', {}),
        error('a', { ERROR_MESSAGE: "Leaf Error (127.0.0.1:3307): Invalid INT value 'x' for column 'qty'" }),
        error('a', { LOAD_DATA_LINE: null, LOAD_DATA_LINE_NUMBER: 0, ERROR_UNIX_TIMESTAMP: 1795697999 }),
      ];
      const errors = first === 0 ? rows : rows.toReversed();
      const [state] =
        fileStates(['a'], { files: [file('a', 'Skipped')], errors, batches: [] }).get('a') ?? [];
      expect(state?.error).toEqual({
        code: 1366,
        message: "Invalid INT value 'x' for column 'qty'",
        line: 2,
        column: 'qty',
        text: '3,x',
        atMs: 1795697464704,
      });
    },
  );

  test('an error that the leaf alone tells is told without the address of the leaf', () => {
    const errors = [
      error('a', { ERROR_MESSAGE: 'Leaf Error (10.0.0.1:3306): Row 2 was truncated' }),
      error('a', { ERROR_MESSAGE: 'Row 2 was truncated', LOAD_DATA_LINE_NUMBER: 0 }),
    ];
    const [state] = fileStates(['a'], { files: [file('a', 'Skipped')], errors, batches: [] }).get('a') ?? [];
    expect(state?.error).toMatchObject({ message: 'Row 2 was truncated', line: 2 });
  });

  test('of several batches the error of the last one counts; a file that is loaded has none', () => {
    const errors = [error('a', { BATCH_ID: 4, ERROR_MESSAGE: 'new' }), error('a', { ERROR_MESSAGE: 'old' })];
    const of = (state: string) =>
      fileStates(['a'], { files: [file('a', state)], errors, batches: [] }).get('a')?.[0]?.error?.message;
    expect([of('Unloaded'), of('Loaded')]).toEqual(['new', undefined]);
  });
});
