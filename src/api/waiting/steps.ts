import type { Judgement } from './awaited.ts';

/** What a wait knows so far. */
export interface WaitState {
  /** Looks in a row that showed the target. */
  readonly reached: number;
  /** Looks in a row that showed that it will never be reached because the thing is not there. */
  readonly missing: number;
  /** Looks in a row that showed neither. */
  readonly pending: number;
}

export const BEFORE_FIRST_LOOK: WaitState = { reached: 0, missing: 0, pending: 0 };

export type Step =
  | { readonly next: 'look_again'; readonly afterMs: number; readonly state: WaitState }
  | { readonly next: 'end' }
  | { readonly next: 'fail'; readonly why: string };

/** States flap: a single look at the target may be followed by one at the state before. */
export const LOOKS_IN_A_ROW = 2;
/** What was just made may not be found at once. */
const MISSING_IN_A_ROW = 3;
const FIRST_MS = 100;
const LONGEST_MS = 10_000;
/** Between two looks that both show the target. */
const CONFIRM_MS = 300;
const MISSING_MS = 1000;

/** What follows from a look. Pure. */
export function afterLook(before: WaitState, judged: Judgement): Step {
  if (judged.is === 'reached') {
    const reached = before.reached + 1;
    return reached >= LOOKS_IN_A_ROW
      ? { next: 'end' }
      : lookAgain(CONFIRM_MS, { ...before, reached, missing: 0 });
  }
  if (judged.is === 'failed') {
    const missing = before.missing + 1;
    return judged.state !== 'missing' || missing >= MISSING_IN_A_ROW
      ? { next: 'fail', why: judged.why }
      : lookAgain(MISSING_MS, { ...before, missing, reached: 0 });
  }
  const afterMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(before.pending, 20));
  return lookAgain(afterMs, { reached: 0, missing: 0, pending: before.pending + 1 });
}

const lookAgain = (afterMs: number, state: WaitState): Step => ({ next: 'look_again', afterMs, state });
