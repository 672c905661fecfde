import type { Origin, Origins } from '../../../../jobs-file/compose/origins.ts';

/** A value that a job runs with, and where it comes from. */
export interface ExplainedValue {
  readonly name: string;
  readonly value: unknown;
  readonly origin: Origin;
}

export const DEFAULT: Origin = { kind: 'default' };

/** A value of the authority: its flag, its name in a profile, its variable. */
export type AuthorityRow = readonly [
  name: string,
  flag: unknown,
  profile: unknown,
  variable?: readonly [name: string, value: unknown],
];

/** Those of the rows that are set: the flag counts before the profile, the profile before the variable. */
export function shownRows(rows: readonly AuthorityRow[], origins: Origins): ExplainedValue[] {
  return rows.flatMap(([name, flag, inProfile, variable]): ExplainedValue[] => {
    if (flag !== undefined) return [{ name, value: flag, origin: { kind: 'flag' } }];
    if (inProfile !== undefined)
      return [{ name, value: inProfile, origin: origins.get(`profile.${name}`) ?? DEFAULT }];
    if (variable?.[1] === undefined) return [];
    return [{ name, value: variable[1], origin: { kind: 'environment', variable: variable[0] } }];
  });
}
