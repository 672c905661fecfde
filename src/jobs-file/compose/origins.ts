import { variablesIn, type Located } from '../document/located.ts';
import type { Position } from '../file-problem.ts';

/** Where a value comes from. */
export type Origin =
  /** Nobody said anything. */
  | { readonly kind: 'default' }
  /** The `defaults` of the file, or what stands in it for all jobs. */
  | ({ readonly kind: 'defaults' } & OfFile)
  | ({ readonly kind: 'job' } & OfFile)
  | { readonly kind: 'flag'; readonly flag: string };

interface OfFile extends Position {
  /** Environment variables that the value was made with. */
  readonly variables: readonly string[];
}

/** Origins by the name of a value in the file, as 'what.removal' or 'from'. */
export type Origins = ReadonlyMap<string, Origin>;

export const originOf = (kind: 'defaults' | 'job', value: Located): Origin => ({
  kind,
  ...value.at,
  variables: variablesIn(value),
});
