import { expect, test } from 'vitest';
import { eventsOfRun } from '../../../src/daemon/notify/events-of-run.ts';
import type { RunSummary } from '../../../src/model/run.ts';
import { endedRun } from '../../support/engine/runs.ts';

const error = { code: 'stage_unreachable', message: 'nobody answers' };
const bad = endedRun({ outcome: 'failures', error });
const good = endedRun();
const watch = { cause: 'watch' } as const;
const uploaded = { report: { uploaded: 1 } };

test.each<[string, RunSummary, RunSummary | undefined, string[]]>([
  ['the first run, clean', good, undefined, ['success']],
  ['a clean one after a clean one', good, good, ['success']],
  ['a clean one after a failed one', good, bad, ['recovery', 'success']],
  [
    'one with warnings only after a failed one',
    endedRun({ outcome: 'warnings' }),
    bad,
    ['recovery', 'success'],
  ],
  ['a failed one', bad, good, ['failure']],
  ['a failed one after another, asked for by somebody', bad, bad, ['failure']],
  ['a failed one after another, tried again by a schedule', endedRun({ ...bad, cause: 'schedule' }), bad, []],
  ['a refused one', endedRun({ outcome: 'refused', error }), good, ['failure']],
  ['an interrupted one', endedRun({ outcome: 'interrupted' }), good, []],
  ['a pass of a watch that fails as the one before', endedRun({ ...bad, ...watch }), bad, []],
  [
    'a pass of a watch that fails otherwise than the one before',
    endedRun({ ...watch, outcome: 'failures', error: { ...error, code: 'stage_quota' } }),
    bad,
    ['failure'],
  ],
  ['a pass of a watch that had nothing to do', endedRun(watch), good, []],
  ['a pass of a watch that had nothing to do after a failed one', endedRun(watch), bad, ['recovery']],
  ['a pass of a watch that changed something', endedRun({ ...watch, ...uploaded }), good, ['success']],
])('%s', (_, run, before, events) => {
  expect(eventsOfRun(run, { run: before, toldMs: undefined })).toEqual(events);
});

test('the same trouble is told again once a day', () => {
  const hour = 3_600_000;
  const failing = (hours: number): RunSummary =>
    endedRun({ ...bad, cause: 'schedule', endedMs: hours * hour });
  const before = { run: failing(23), toldMs: 3 * hour };
  expect(eventsOfRun(failing(22.9), before)).toEqual([]);
  expect(eventsOfRun(failing(23.1), before)).toEqual(['failure']);
});
