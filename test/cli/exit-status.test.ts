import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXIT_MEANINGS, outcomeOfError, statusOfError, statusOfOutcome } from '../../src/cli/exit-status.ts';

test.each([
  ['usage', 2],
  ['config', 2],
  ['state_unusable', 2],
  ['entry_changed', 3],
  ['stage_quota', 3],
  ['destination_full', 3],
  ['guard_empty_source', 4],
  ['guard_max_delete', 4],
  ['guard_root_changed', 4],
  ['source_missing', 5],
  ['destination_missing', 5],
  ['destination_denied', 5],
  ['source_listing_broken', 5],
  ['stage_unreachable', 5],
  ['stage_unauthorised', 5],
  ['stage_deployment_missing', 5],
  ['locked', 6],
] as const)('a run that ends with %s has status %i', (code, status) => {
  expect(statusOfError(code, undefined)).toBe(status);
});

test('an interruption has the status of the signal that asked for it', () => {
  expect(statusOfError('interrupted', 'SIGINT')).toBe(130);
  expect(statusOfError('interrupted', 'SIGTERM')).toBe(143);
  expect(statusOfOutcome('interrupted', 'SIGTERM')).toBe(143);
  expect(statusOfOutcome('interrupted', undefined)).toBe(130);
});

test('warnings are no failure', () => {
  expect(statusOfOutcome('clean', undefined)).toBe(0);
  expect(statusOfOutcome('warnings', undefined)).toBe(0);
  expect(statusOfOutcome('failures', undefined)).toBe(3);
  expect(statusOfOutcome('refused', undefined)).toBe(4);
});

test('a guard or a lock refuses; anything else that ends a run early is a failure', () => {
  expect(outcomeOfError('guard_max_delete')).toBe('refused');
  expect(outcomeOfError('locked')).toBe('refused');
  expect(outcomeOfError('interrupted')).toBe('interrupted');
  expect(outcomeOfError('stage_unreachable')).toBe('failures');
});

test('the documentation lists every status', () => {
  const page = readFileSync(new URL('../../docs/exit-status.md', import.meta.url), 'utf8');
  for (const [status] of EXIT_MEANINGS) expect(page).toMatch(new RegExp(`^\\| ${status} `, 'm'));
});
