import type { AnyInput } from '../operation.ts';
import { type Decision, hasEnded, type Look, type LookUp, type Seen, stateOf } from './look-up.ts';

export interface Transition {
  readonly look: (input: AnyInput) => Look;
  /** The state that it leads to, in capitals. */
  readonly target: string;
  readonly idKey: string;
}

/** States in which nothing is under way. Any other word is taken for one of a transition. */
const SETTLED: ReadonlySet<string> = new Set(['ACTIVE', 'SUSPENDED', 'FAILED', '']);

/**
 * A change of state that may have been begun by us or by others: the state is read before it is asked for. A body asks for
 * more than the state, so it is sent once even where the state is reached.
 */
export const transition = (made: Transition): LookUp => ({
  before: true,
  showsLate: true,
  ofState: true,
  look: (input) => made.look(input),
  decide: (seen) => decide(made, seen),
});

function decide({ target, idKey }: Transition, { input, shown, inDoubt }: Seen): Decision {
  const state = stateOf(shown);
  // the service knows best what to say of a thing that is not there
  if (shown === undefined) return { is: 'send', input };
  if (hasEnded(shown)) return { is: 'refused', why: `It is ${state}, which is final.` };
  const done: Decision = { is: 'done', reply: { [idKey]: input[idKey] } };
  if (state === target) return inDoubt || input['body'] === undefined ? done : { is: 'send', input };
  return inDoubt && !SETTLED.has(state) ? done : { is: 'send', input };
}
