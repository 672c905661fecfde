import { describe, expect, test } from 'vitest';
import { explore } from './explore.ts';
import { leaderProtocol, type Budget, type Without } from './leader-protocol.ts';

const MOST = 1_500_000;
/** Everything that `npm test` has time for; the line of its own in .ci/run goes further. */
const IS_WHOLE = process.env['STAGESYNC_WHOLE_MODEL'] === '1';

/** What goes wrong, and of how many files. */
const WORLDS: readonly (readonly [files: 1 | 2, Partial<Budget>])[] = [
  [1, {}],
  [2, { redeliveries: 1 }],
];
const FURTHER: typeof WORLDS = [
  [1, { kills: 1 }],
  [1, { pauses: 1, writes: 1 }],
  [1, { losses: 1 }],
  [1, { forgets: 1 }],
  [1, { deletions: 1 }],
  [1, { returns: 1 }],
  [1, { forgets: 1, stops: 1 }],
  [1, { strangers: 1 }],
  [1, { repeats: 1 }],
];

const title = ([files, budget]: readonly [number, object]): string =>
  `${files} ${files === 1 ? 'file' : 'files'}, and ${Object.keys(budget).join(', ') || 'leads that change'}`;

describe('nothing is lost, nothing of others is removed, one leads, and every pass ends', () => {
  test.each([...WORLDS, ...(IS_WHOLE ? FURTHER : [])].map((world) => [title(world), ...world] as const))(
    'whatever happens in which order: %s',
    (_, files, budget) => {
      const { states, found } = explore(leaderProtocol(files, budget), { most: MOST });
      expect(found).toBeUndefined();
      expect(states).toBeGreaterThan(1000);
    },
    20 * 60_000,
  );
});

test.each<readonly [keyof Without, 1 | 2, Partial<Budget>, law: string]>([
  ['fence', 1, { pauses: 1, writes: 1 }, 'a file of others was removed'],
  ['ownDeadline', 1, {}, 'two lead at once'],
  ['waitForForgotten', 1, { forgets: 1 }, 'two lead at once'],
  ['sweep', 1, { losses: 1 }, 'a pass does not end'],
  ['barrier', 1, {}, 'the only copy was removed'],
  ['knownResults', 2, { redeliveries: 1 }, 'the only copy was removed'],
  ['look', 1, { kills: 1, writes: 1 }, 'a file of others was removed'],
  ['epochOfCopies', 1, { pauses: 1 }, 'a ledger of an earlier leader took the place of a later one'],
  ['waitOfNewcomers', 1, { deletions: 1 }, 'two lead at once'],
  ['lifeOfStore', 1, { returns: 1 }, 'two lead at once'],
  ['originOfBatches', 1, { strangers: 1 }, 'the only copy was removed'],
  ['namesOfRuns', 1, { repeats: 1 }, 'a file is sent again while others are removed'],
  ['withdrawal', 1, { forgets: 1, stops: 1 }, 'two lead at once'],
])('without its %s the protocol breaks a law', (part, files, budget, law) => {
  const { found } = explore(leaderProtocol(files, budget, { [part]: true }), { most: MOST });
  expect(found?.law).toBe(law);
});
