import type { AnyInput, Operation } from '../operation.ts';

/** What is read to find out what became of a change. */
export interface Look<O extends Operation = Operation> {
  readonly operation: O;
  readonly input: AnyInput;
}

/** What is known when a look is judged. */
export interface Seen {
  /** What was asked for. */
  readonly input: AnyInput;
  /** What the look shows; undefined: nothing is there. */
  readonly shown: unknown;
  /** What the look before the first attempt showed; undefined: none was made. */
  readonly before: unknown;
  /** Whether an attempt may have been carried out. */
  readonly inDoubt: boolean;
}

/** What follows from a look. */
export type Decision =
  /** It is as asked for, or on its way: `reply` stands for the reply that was lost. */
  | { readonly is: 'done'; readonly reply: unknown }
  /** It is to be sent, with what is still missing. `lost`: a part that is not sent again although it may be missing. */
  | { readonly is: 'send'; readonly input: AnyInput; readonly lost?: string }
  /** It cannot be done; `why` is a sentence. */
  | { readonly is: 'refused'; readonly why: string };

/** How a look tells whether a change is to be made, or made again. Reading is done elsewhere: this is data, and pure. */
export interface LookUp {
  /** A look is made before the first attempt too. */
  readonly before: boolean;
  /** What was changed shows late: a look that does not show it is made again before it is believed. */
  readonly showsLate: boolean;
  /** What is asked for is a state: a refusal may mean that it is reached already. */
  readonly ofState?: true;
  look(input: AnyInput): Look;
  decide(seen: Seen): Decision;
}

/** Words of states that mean that a thing is no more. */
const ENDED: ReadonlySet<string> = new Set(['TERMINATED', 'DELETED']);

/** The word of a state in capitals; '' where there is none. Services write them in either. */
export function stateOf(shown: unknown): string {
  const { state, status } = (shown ?? {}) as { readonly state?: unknown; readonly status?: unknown };
  const word = state ?? status;
  return typeof word === 'string' ? word.toUpperCase() : '';
}

/** In percent, while a size changes; undefined where nothing changes, or all is done. */
export function progressOf(shown: unknown): number | undefined {
  const { scalingProgress } = (shown ?? {}) as { readonly scalingProgress?: unknown };
  return typeof scalingProgress === 'number' && scalingProgress < 100 ? scalingProgress : undefined;
}

export const hasEnded = (shown: unknown): boolean => ENDED.has(stateOf(shown));
