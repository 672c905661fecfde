import type { RelPath } from '../../../model/path.ts';
import type { MoveStep } from '../../plan/moves/move.ts';

/**
 * Holds steps back until those before them were made: the one that frees the target, and the one that brings the origin.
 * Steps have to come in the order of the plan. Held in memory is what was not made, or not yet, and has others that wait.
 */
export class MoveOrder {
  readonly #frees = new Map<RelPath, Promise<boolean>>();
  readonly #brings = new Map<RelPath, Promise<boolean>>();

  /** Resolves with what `make` resolves with: whether the step was made. */
  inTurn(step: MoveStep, make: (isReady: boolean) => Promise<boolean>): Promise<boolean> {
    const [freed, brought] = [this.#frees.get(step.to), this.#brings.get(step.from)];
    const made = (async () => make((await freed) !== false && (await brought) !== false))();
    if (step.independent !== true) this.#remember(step, made);
    return made;
  }

  #remember({ from, to }: MoveStep, made: Promise<boolean>): void {
    const worked = made.catch(() => false);
    this.#frees.set(from, worked);
    this.#brings.set(to, worked);
    void worked.then((isMade) => {
      // what was made holds nobody back
      if (!isMade) return;
      this.#frees.delete(from);
      this.#brings.delete(to);
    });
  }
}
