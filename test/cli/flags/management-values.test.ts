import { expect, test } from 'vitest';
import {
  addressRange,
  autoSuspend,
  cacheConfig,
  expiry,
  updateWindow,
  workspaceSize,
} from '../../../src/cli/flags/management-values.ts';

test.each([
  [autoSuspend, '20m', { suspendType: 'IDLE', suspendAfterSeconds: 1200 }],
  [autoSuspend, 'at:8h', { suspendType: 'SCHEDULED', suspendAfterSeconds: 28_800 }],
  [autoSuspend, 'off', { suspendType: 'DISABLED' }],
  [workspaceSize, 's-00', 'S-00'],
  [workspaceSize, 'S-1', 'S-1'],
  [cacheConfig, '4', 4],
  [updateWindow, 'tue:01', { day: 2, hour: 1 }],
  [updateWindow, 'Sunday:23', { day: 0, hour: 23 }],
  [addressRange, '192.0.2.0/24', '192.0.2.0/24'],
  [addressRange, '192.0.2.7', '192.0.2.7/32'],
  [addressRange, '2001:db8::/32', '2001:db8::/32'],
  [addressRange, '2001:db8::1', '2001:db8::1/128'],
  [expiry, '3h30m', '3h30m'],
  [expiry, '2026-12-01', '2026-12-01'],
  [expiry, '2026-12-01T18:00:00+01:00', '2026-12-01T18:00:00+01:00'],
])('%o reads %s', (read, text, value) => {
  expect(read(text)).toEqual(value);
});

test.each([
  [autoSuspend, ['soon', '20', 'at:', '500ms', 'at:never']],
  [workspaceSize, ['', 'big', 'S1', 'S-']],
  [cacheConfig, ['3', '0', 'x']],
  [updateWindow, ['tue', 'tue:24', 'day:01', '01:tue']],
  [addressRange, ['', 'example.com', '192.0.2.0/33', '192.0.2.0/24/1', '2001:db8::/129', '192.0.2/24']],
  [expiry, ['', 'never', '3x', '2026-13-01', '01.12.2026']],
])('%o refuses what it cannot read', (read, texts) => {
  for (const text of texts) expect(() => read(text), text).toThrow(/^Give /);
});
