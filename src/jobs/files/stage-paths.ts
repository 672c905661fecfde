import { isReservedName, type RelPath } from '../../model/path.ts';
import { printable } from '../../model/printable.ts';
import { EMBEDDED, formatAddress, parsePlace, type Address, type StageAddress } from '../addresses.ts';
import { checkEmbedded } from '../check-job.ts';
import type { Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-errors.ts';

/** Paths on one Stage. */
export interface StagePaths {
  /** The Stage, at its top. */
  readonly stage: StageAddress;
  readonly paths: readonly RelPath[];
}

export interface StagePathsOptions {
  /** What the command calls its addresses: 'ADDRESS'. */
  readonly role: string;
  /** What it does with them: 'rm removes'. */
  readonly does: string;
  /** What to use for a directory or a bucket, and, where that differs, for two Stages. */
  readonly elsewhere: string;
  readonly across?: string;
  /** Whether hidden names of stagesync are taken. */
  readonly hidden: boolean;
}

/**
 * Reads addresses that have to lie on one Stage. Rejects with `usage` those of other places, and hidden names that were not
 * asked for.
 */
export function stagePaths(
  addresses: readonly (string | Address)[],
  around: Surroundings,
  { role, does, elsewhere, across, hidden }: StagePathsOptions,
): StagePaths {
  const places = addresses.map((address) => {
    const text = typeof address === 'string' ? address : formatAddress(address);
    const place = parsePlace(text, role, around.folder);
    if (place.kind !== 'stage')
      throw usageError(
        `${role} ${printable(text)} is not on a Stage, and ${does} on a Stage alone: ${elsewhere}`,
      );
    if (isReservedName(place.path) && !hidden)
      throw usageError(
        `${printable(text)} is a hidden name of a stagesync, and a sync may be using it: give --hidden where a run that was cut off has left it`,
      );
    return { ...place, text };
  });
  const [first] = places;
  if (first === undefined) throw usageError(`there is no ${role}`);
  const other = places.find(({ deployment }) => deployment !== first.deployment);
  if (other !== undefined)
    throw usageError(
      `${printable(first.text)} and ${printable(other.text)} are not written as the same Stage, and ${does} within one: write both with the same deployment, or ${across ?? 'give a command for each'}`,
    );
  if (first.deployment === EMBEDDED) checkEmbedded(around.authority);
  return { stage: { deployment: first.deployment, path: '' }, paths: places.map(({ path }) => path) };
}
