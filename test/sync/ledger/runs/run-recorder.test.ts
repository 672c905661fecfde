import { expect, test } from 'vitest';
import type { SyncEvent } from '../../../../src/model/events.ts';
import type { RunAction } from '../../../../src/model/run.ts';
import { RunRecorder } from '../../../../src/sync/ledger/runs/run-recorder.ts';

const done = (path: string): SyncEvent => ({
  type: 'action',
  kind: 'upload',
  path,
  reason: 'new',
  ms: 1,
  outcome: 'done',
});
const failed = (path: string, message = 'no'): SyncEvent =>
  ({
    ...done(path),
    ...({ outcome: 'failed', error: { code: 'stage_rejected', message } } as const),
  }) as SyncEvent;
const problem = (path: string, severity: 'warning' | 'failure', code = 'unreadable'): SyncEvent => ({
  type: 'problem',
  path,
  severity,
  code: code as 'unreadable',
  message: 'cannot be read',
});

function recorder() {
  const written: RunAction[] = [];
  const it = new RunRecorder((actions) => written.push(...actions));
  return { it, written };
}

test('failures are grouped by code and message, the most frequent first, each with one path', () => {
  const { it } = recorder();
  it.hear(failed('a', 'one'));
  for (const path of ['b', 'c']) it.hear(failed(path, 'two'));
  it.hear(problem('d', 'failure'));
  it.hear(problem('e', 'warning'));
  expect(it.failures).toEqual([
    { code: 'stage_rejected', message: 'two', count: 2, example: 'b' },
    { code: 'stage_rejected', message: 'one', count: 1, example: 'a' },
    { code: 'unreadable', message: 'cannot be read', count: 1, example: 'd' },
  ]);
  expect(it.warnings).toMatchObject([{ count: 1, example: 'e' }]);
});

test('at most 20 groups are told, and a million messages of their own do not fill the memory', () => {
  const { it } = recorder();
  for (let n = 0; n < 50_000; n++) it.hear(failed(`f${n}`, `number ${n}`));
  for (let n = 0; n < 300; n++) it.hear(problem('p', 'failure', 'late'));
  expect(it.failures).toHaveLength(20);
  expect(it.failures[0]).toMatchObject({ code: 'stage_rejected', count: 49_800 });
  expect(it.failures[1]).toMatchObject({ code: 'late', count: 300 });
});

test('a thousand actions are kept at most, those that failed among them, and the others are counted', () => {
  const { it, written } = recorder();
  for (let n = 0; n < 5000; n++) it.hear(done(`d${n}`));
  for (let n = 0; n < 500; n++) it.hear(failed(`f${n}`));
  it.flush();
  expect(written).toHaveLength(1000);
  expect(written.filter(({ outcome }) => outcome === 'failed')).toHaveLength(200);
  expect(it.cut).toBe(4500);
  expect(written[0]).toEqual({ kind: 'upload', path: 'd0', reason: 'new', ms: 1, outcome: 'done' });
});

test('a file that was sent and is not loaded is a failure of the run, with what its pipeline said', () => {
  const recorder = new RunRecorder(() => undefined);
  const error = { code: 1366, message: 'bad value', line: 3, column: 'qty', text: 'x', atMs: 1 };
  recorder.hear({ type: 'load', path: 'a.csv', outcome: 'loaded', pipeline: 'orders' });
  recorder.hear({ type: 'load', path: 'b.csv', outcome: 'skipped', pipeline: 'orders', error });
  recorder.hear({ type: 'load', path: 'c.csv', outcome: 'not_loaded' });
  expect(recorder.failures).toEqual([
    expect.objectContaining({
      code: 'skipped',
      count: 1,
      example: 'b.csv',
      message: 'skipped by orders: line 3, column qty: bad value',
    }),
    expect.objectContaining({ code: 'not_loaded', example: 'c.csv', message: 'no pipeline has found it' }),
  ]);
});
