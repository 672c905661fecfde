import { describe, expect, test } from 'vitest';
import { autoSuspend, firewall, instant, isSame, size } from '../../../src/api/repeats/updates.ts';

describe('what was asked for and what is shown', () => {
  test.each<[unknown, unknown, boolean]>([
    ['a', 'a', true],
    ['a', undefined, false],
    ['', undefined, true],
    [false, null, true],
    [2, '2', true],
    [['a', 'b'], ['b', 'a'], true],
    [['a'], ['a', 'b'], false],
    [[], null, true],
    [['a'], null, false],
    [{ day: 1, hour: 2 }, { day: 1, hour: 2, more: 3 }, true],
    [{ day: 1, hour: 2 }, { day: 1 }, false],
    [{ day: 1 }, null, false],
  ])('%j and %j: %s', (asked, shown, same) => {
    expect(isSame(asked, shown)).toBe(same);
  });

  test.each<[readonly string[], object, boolean]>([
    [['0.0.0.0/0'], { allowAllTraffic: true, firewallRanges: [] }, true],
    [['0.0.0.0/0'], { firewallRanges: ['0.0.0.0/0'] }, true],
    [['0.0.0.0/0'], { allowAllTraffic: false, firewallRanges: null }, false],
    [['10.0.0.0/8'], { firewallRanges: ['10.0.0.0/8'] }, true],
    [['10.0.0.0/8'], { allowAllTraffic: true, firewallRanges: [] }, false],
    [[], { allowAllTraffic: true, firewallRanges: [] }, false],
    [[], { firewallRanges: null }, true],
  ])('ranges %j are %j: %s', (asked, shown, same) => {
    expect(firewall(asked, shown as Record<string, unknown>)).toBe(same);
  });

  test.each<[object, unknown, boolean]>([
    [{ suspendType: 'IDLE', suspendAfterSeconds: 60 }, { suspendType: 'IDLE', idleAfterSeconds: 60 }, true],
    [{ suspendType: 'IDLE', suspendAfterSeconds: 60 }, { suspendType: 'IDLE', idleAfterSeconds: 90 }, false],
    [{ suspendType: 'IDLE', suspendAfterSeconds: 60 }, {}, false],
    [
      { suspendType: 'SCHEDULED', suspendAfterSeconds: 60 },
      { suspendType: 'SCHEDULED', scheduledAfterSeconds: 60 },
      true,
    ],
    [{ suspendType: 'DISABLED' }, undefined, true],
    [{ suspendType: 'DISABLED' }, {}, true],
    [{ suspendType: 'DISABLED' }, { suspendType: 'IDLE' }, false],
  ])('auto-suspend %j is %j: %s', (asked, shown, same) => {
    expect(autoSuspend(asked, { autoSuspend: shown })).toBe(same);
  });

  test('a size is there, or on its way', () => {
    expect(size('S-1', { size: 'S-1' })).toBe(true);
    expect(size('S-1', { size: 'S-00', scalingProgress: 0 })).toBe(true);
    expect(size('S-1', { size: 'S-00', scalingProgress: null })).toBe(false);
  });

  test('a time is the same instant, however it is written', () => {
    expect(instant('2026-10-01T02:00:00+02:00', { expiresAt: '2026-10-01T00:00:00Z' })).toBe(true);
    expect(instant('3h30m', { expiresAt: '2026-10-01T00:00:00Z' })).toBe(false);
  });
});
