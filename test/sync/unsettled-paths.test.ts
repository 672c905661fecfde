import { expect, test } from 'vitest';
import type { Problem } from '../../src/model/entry.ts';
import { isChanging, UnsettledPaths } from '../../src/sync/unsettled-paths.ts';

const problem = (code: Problem['code'], severity: Problem['severity'] = 'warning'): Problem => ({
  code,
  severity,
  message: '',
});

test('what changed meanwhile is apart from what failed, and plain warnings are neither', () => {
  const unsettled = new UnsettledPaths();
  unsettled.problem('gone', problem('entry_gone'));
  unsettled.problem('vanished/', problem('vanished'));
  unsettled.problem('link', problem('link_skipped'));
  unsettled.problem('secret', problem('unreadable', 'failure'));
  unsettled.failed('moved on', { code: 'entry_changed', message: '' });
  unsettled.failed('refused', { code: 'stage_rejected', message: '' });
  unsettled.failed('broken', { code: 'unexpected', message: '' });
  expect(unsettled.paths).toEqual({
    changing: ['gone', 'vanished/', 'moved on'],
    failed: ['secret', 'refused', 'broken'],
  });
});

test('removals that were put off go with what failed before, or else with what changed', () => {
  const changed = new UnsettledPaths();
  changed.problem('', problem('removals_skipped'));
  expect(changed.paths).toEqual({ changing: [''], failed: [] });
  const failed = new UnsettledPaths();
  failed.failed('a', { code: 'stage_rejected', message: '' });
  failed.problem('', problem('removals_skipped'));
  expect(failed.paths).toEqual({ changing: [], failed: [''] });
});

test('very many paths count as everything, and more do not change that', () => {
  const unsettled = new UnsettledPaths();
  for (let each = 0; each < 100_000; each++) unsettled.problem(`f${each}`, problem('unreadable', 'failure'));
  expect(unsettled.paths.failed).toHaveLength(100_000);
  unsettled.problem('one more', problem('unreadable', 'failure'));
  unsettled.problem('and another', problem('unreadable', 'failure'));
  expect(unsettled.paths).toEqual({ changing: [], failed: [''] });
});

test('a fault in the program is no change at the source', () => {
  expect([isChanging('unexpected'), isChanging('entry_changed')]).toEqual([false, true]);
});
