import { expect, test } from 'vitest';
import { whatToDo } from '../../../../src/cli/commands/status/what-to-do.ts';
import type { RecordedRun } from '../../../../src/daemon/history/recorded-run.ts';

const run = (changes: Partial<RecordedRun>): RecordedRun => ({
  id: 'r',
  cause: 'command',
  at: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:01.000Z',
  outcome: 'failures',
  report: undefined,
  error: undefined,
  failures: [],
  warnings: [],
  folded: undefined,
  ...changes,
});

const error = (code: string): Partial<RecordedRun> => ({ error: { code, message: 'x' } });

test.each([
  ['stage_unauthorised', /token.*doctor/],
  ['source_unauthorised', /credentials.*bucket/],
  ['stage_quota', /make room on the Stage.*stagesync du/],
  ['destination_full', /room on the disk/],
  ['state_unusable', /state folder/],
  ['guard_max_delete', /--force/],
  ['stage_unreachable', /once the other side answers/],
  ['source_missing', /bring the source back/],
  ['not_loaded', /load status/],
  ['stage_rejected', /mend or exclude/],
])('after %s it says how to go on', (code, advice) => {
  expect(whatToDo(run(error(code)))).toMatch(advice);
});

test('the most frequent failure counts where nothing ended the run', () => {
  const failures = [{ code: 'stage_quota', message: 'x', count: 3, example: 'a' }];
  expect(whatToDo(run({ failures }))).toMatch(/make room/);
});

test('a run that was stopped, or killed, goes on', () => {
  for (const outcome of ['interrupted', undefined] as const)
    expect(whatToDo(run({ outcome }))).toBe('run it again: it goes on from here');
});

test('after a worker was not let in, it is the worker that needs credentials', () => {
  const message = 'worker queue-a-12ab: the token is not accepted';
  const advice = whatToDo(run({ error: { code: 'stage_unauthorised', message } }));
  expect(advice).toMatch(/give the worker queue-a-12ab credentials/);
  expect(advice).not.toMatch(/SINGLESTOREDB_MANAGEMENT_TOKEN/);
});
