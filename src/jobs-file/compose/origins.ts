import { variablesIn, type Located } from '../document/located.ts';
import type { Position } from '../file-problem.ts';

/** Where a value comes from. */
export type Origin =
  /** Nobody said anything. */
  | { readonly kind: 'default' }
  /** The `defaults` of the file, or what stands in it for all jobs. */
  | ({ readonly kind: 'defaults' } & OfFile)
  | ({ readonly kind: 'job' } & OfFile)
  | ({ readonly kind: 'profile' } & OfFile)
  | { readonly kind: 'flag' }
  /** A variable that the command line reads. */
  | { readonly kind: 'environment'; readonly variable: string };

interface OfFile extends Position {
  /** Environment variables that the value was made with. */
  readonly variables: readonly string[];
}

/** Origins by the name of a value in the file, as 'what.removal' or 'from'; of its profile, 'profile.base_url'. */
export type Origins = ReadonlyMap<string, Origin>;

export const originOf = (kind: 'defaults' | 'job' | 'profile', value: Located): Origin => ({
  kind,
  ...value.at,
  variables: variablesIn(value),
});
