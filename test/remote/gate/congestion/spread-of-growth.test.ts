import { expect, test } from 'vitest';
import { spreadOfGrowth } from '../../../../src/remote/gate/congestion/spread-of-growth.ts';

test.each([100, 150, 200, 500, 1500])(
  'with answers of %i ms the spread lets through all that the highest limit can have answered',
  (latencyMs) => {
    const limit = 256;
    const spread = spreadOfGrowth({ limit, latencyMs, isMost: true });
    expect(spread!.perSecond).toBeGreaterThanOrEqual((limit * 1000) / latencyMs);
  },
);

test('until an answer came the first requests go at once and the others follow slowly', () => {
  expect(spreadOfGrowth({ limit: 16, latencyMs: undefined, isMost: false })).toEqual({
    atOnce: 16,
    perSecond: 500,
  });
});

test('while the limit grows there is no burst, and where answers come at once there is no spread', () => {
  expect(spreadOfGrowth({ limit: 32, latencyMs: 1000, isMost: false })).toEqual({ atOnce: 1, perSecond: 64 });
  expect(spreadOfGrowth({ limit: 32, latencyMs: 20, isMost: false })).toBeUndefined();
});
