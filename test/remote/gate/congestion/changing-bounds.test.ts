import { expect, test } from 'vitest';
import { ConcurrencyLimit } from '../../../../src/remote/gate/congestion/concurrency-limit.ts';
import type { Sent } from '../../../../src/remote/gate/congestion/sent.ts';
import { createDice } from '../../../support/trees/dice.ts';

test('jobs that come and go at any moment change the bounds, and the limit stays within them', () => {
  const outside: string[] = [];
  for (let seed = 0; seed < 40; seed++) {
    const dice = createDice(seed);
    let bounds = { least: 1, most: 256 };
    const limit = new ConcurrencyLimit(bounds);
    const underWay: Sent[] = [];
    let now = 0;
    for (let step = 0; step < 4000; step++) {
      now += dice.below(20);
      if (dice.chance(0.002)) {
        const least = 1 + dice.below(8);
        bounds = { least, most: least + dice.below(256) };
        limit.setBounds(bounds);
      } else if (underWay.length < limit.limit && dice.chance(0.95))
        underWay.push(limit.started({ operation: 'upload', bytes: 10, now }));
      else if (underWay.length > 0) {
        const [sent] = underWay.splice(dice.below(underWay.length), 1);
        const end = dice.chance(0.02) ? dice.pick(['refused', 'failed'] as const) : 'answered';
        limit[end](sent!, now);
      }
      if (limit.limit < bounds.least || limit.limit > bounds.most) outside.push(`${seed}:${step}`);
    }
  }
  expect(outside).toEqual([]);
});
