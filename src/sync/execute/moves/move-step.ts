import type { OrderedMove } from '../../plan/moves/order-moves.ts';
import type { Arrival } from '../../plan/store/plan-store.ts';

/** A move to be made. `arrival`: the source's file that is then at the new name; absent for a folder. */
export type MoveStep = OrderedMove & { readonly files?: number; readonly arrival?: Arrival };

/** The move as it was planned: a step by way of a hidden name is one half of it. */
export const wholeOf = (step: MoveStep): OrderedMove => step.aside?.whole ?? step;
