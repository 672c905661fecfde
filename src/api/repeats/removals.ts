import type { AnyInput } from '../operation.ts';
import { hasEnded, type Look, type LookUp } from './look-up.ts';

export interface Removal {
  readonly look: (input: AnyInput) => Look;
  /** The reply to a removal that turns out to be done. */
  reply(input: AnyInput): unknown;
}

/** Ending a thing twice ends it once. One that is gone, or has ended, after an attempt of ours was ended by it. */
export const removal = (made: Removal): LookUp => ({
  before: false,
  showsLate: false,
  look: (input) => made.look(input),
  decide: ({ input, shown }) =>
    shown === undefined || hasEnded(shown) ? { is: 'done', reply: made.reply(input) } : { is: 'send', input },
});
