import type { Behaviour } from '../../../src/emulator/control/behaviour.ts';
import type { FaultRule, Faults } from '../../../src/emulator/control/faults.ts';
import type { Dice } from '../trees/dice.ts';

/** How long a client in these runs waits for a reply, in milliseconds. */
export const IMPATIENT_MS = 80;

/** What a Stage may answer that nobody knows for certain. */
export function randomBehaviour(dice: Dice): Partial<Behaviour> {
  const behaviour: Partial<Behaviour> = {
    putOverExisting: dice.pick(['overwrite', 'overwrite', 409, 400] as const),
    moveOverExisting: dice.pick([409, 409, 400, 'overwrite'] as const),
    moveFolder: dice.pick(['accept', 'accept', 'accept', 400, 409] as const),
    removeFullFolder: dice.pick(['accept', 'accept', 'accept', 409, 400] as const),
    kindsCoexist: dice.chance(0.1),
    makeExistingFolder: dice.pick(['accept', 'accept', 409, 400] as const),
    missingParentStatus: dice.pick([400, 404]),
    emptyFolderContent: dice.pick(['[]', 'null', 'missing'] as const),
    timestamps: dice.pick(['fractional', 'fractional', 'seconds', 'zero', 'missing'] as const),
    moveTouches: dice.chance(0.3),
    replyPath: dice.pick(['plain', 'leading_slash'] as const),
  };
  // what a move does to times is tried out over a second, which the clock of these runs does not wait for
  const tooCoarse = behaviour.moveTouches === true && behaviour.timestamps === 'seconds';
  return tooCoarse ? { ...behaviour, timestamps: 'fractional' } : behaviour;
}

const KINDS = {
  changing: ['putFile', 'putFolder', 'move', 'remove'],
  reading: ['list', 'metadata'],
} as const;

/** One to five ways to go wrong, each at some of the requests. */
export function randomFaults(dice: Dice): Faults {
  const rules: FaultRule[] = [];
  for (let count = 1 + dice.below(5); count > 0; count--) rules.push(randomRule(dice));
  return { seed: dice.below(1_000_000), rules };
}

function randomRule(dice: Dice): FaultRule {
  const when = dice.chance(0.7)
    ? { rate: dice.pick([0.03, 0.1, 0.3]) }
    : { nth: [1 + dice.below(12), 1 + dice.below(30)] };
  const changing = dice.chance(0.5) ? { kind: KINDS.changing } : { kind: dice.pick(KINDS.changing) };
  const anything = dice.chance(0.5) ? {} : changing;
  switch (dice.below(10)) {
    case 0:
      return {
        ...when,
        ...anything,
        fault: 'status',
        status: 429,
        times: 40,
        retryAfter: dice.pick(['seconds', 'date', 'none'] as const),
        retryAfterSeconds: dice.below(4),
      };
    case 1:
      return {
        ...when,
        ...anything,
        fault: 'status',
        status: [500, 502, 503, 504],
        afterCommit: dice.chance(0.5),
      };
    case 2:
      return { ...when, ...anything, fault: 'reset_before', ...(dice.chance(0.5) && { afterBytes: 100 }) };
    case 3:
      return { ...when, ...changing, fault: 'reset_after' };
    case 4:
      return { ...when, ...changing, fault: 'lost_reply' };
    case 5:
      return { ...when, ...anything, fault: 'truncated_reply' };
    case 6:
      return { ...when, kind: KINDS.reading, fault: 'cut_reply' };
    case 7:
      return {
        ...when,
        kind: KINDS.reading,
        fault: 'replace_reply',
        body: dice.pick(['<html>gateway</html>', '{}', 'null', '{"error":"busy"}', '[]', '{"content":7}']),
      };
    case 8:
      return { ...when, ...changing, times: 2, fault: 'stall', afterCommit: dice.chance(0.5) };
    default:
      // what is read late is not read at all; a change that is made late would race with the next pass
      return dice.chance(0.5)
        ? { ...when, kind: KINDS.reading, times: 2, fault: 'delay', latency: IMPATIENT_MS * 2 }
        : { ...when, ...anything, times: 10, fault: 'delay', latency: 5 };
  }
}
