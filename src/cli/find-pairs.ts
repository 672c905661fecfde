import { resolve } from 'node:path';
import { realPath } from '../jobs/real-path.ts';
import { printable } from '../model/printable.ts';
import { knownPairs, type KnownPair } from '../sync/ledger/known-pairs.ts';
import type { NamedJob } from '../jobs-file/jobs-file.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { unusableLedger } from './output/recorded-values.ts';

/** Which pairs a command is about, as the user wrote it: all, those with this source or of this job, or one. */
export interface WantedPairs {
  readonly source: string | undefined;
  readonly dest: string | undefined;
  /** Only pairs of these jobs, where given. */
  readonly jobs?: readonly NamedJob[] | undefined;
}

/** What tells one pair from another; `job`: the name of the job that ran last. */
type Place = Pick<KnownPair, 'job' | 'source' | 'destination'>;

/** What is known of pairs that have no ledger, as jobs of a running daemon have that could not be opened yet. */
export type AlsoKnown<T> = (pairs: readonly KnownPair[], isWanted: (place: Place) => boolean) => readonly T[];

/**
 * Reads something from the ledger of each wanted pair and shows all of it. Exit status 3 when no pair fits, 2 when a ledger
 * cannot be read; what the others say is still shown.
 */
export function ofEachPair<T>(
  { environment, host, err }: Context,
  { source, dest, jobs, also }: WantedPairs & { readonly also?: AlsoKnown<T> | undefined },
  read: (pair: KnownPair) => T,
  show: (all: readonly T[]) => void,
): Promise<ExitStatus> {
  const known = knownPairs(environment.stateFolder);
  const isWanted = (pair: Place): boolean =>
    (isOfJob(pair, source, dest) || fits(pair.source, source, host.cwd)) &&
    fits(pair.destination, dest, host.cwd) &&
    (jobs === undefined || jobs.some((each) => isPairOf(pair, each)));
  const pairs = known.pairs.filter(isWanted);
  const unusable = [...known.unusable];
  const all = pairs.flatMap((pair) => {
    try {
      return [read(pair)];
    } catch (error) {
      unusable.push(unusableLedger(error, pair));
      return [];
    }
  });
  all.push(...(also?.(known.pairs, isWanted) ?? []));
  show(all);
  for (const { message } of unusable) err.line(`stagesync: ${printable(message)}`);
  if (unusable.length > 0) return Promise.resolve(EXIT.usage);
  if (all.length > 0) return Promise.resolve(EXIT.clean);
  err.line(`stagesync: ${nothingKnown(known.pairs.length, source)}`);
  return Promise.resolve(EXIT.failures);
}

/** Why there is nothing to show. `pairs`: how many are known in all. */
function nothingKnown(pairs: number, source: string | undefined): string {
  const found =
    pairs === 0 || source === undefined
      ? 'nothing has been synced from here yet, or not this pair'
      : `no job and no source ${printable(source)} has been synced from here, or not to this place; without a name all is shown`;
  return `${found}; a run that found no source to begin with is not remembered, unless a daemon runs that knows of it`;
}

/** One word may be the name of a job. */
const isOfJob = (pair: Place, source: string | undefined, dest: string | undefined): boolean =>
  dest === undefined && source !== undefined && pair.job === source;

/** Jobs of two files may have one name: where the source is a directory, it tells which of them it is. */
const isPairOf = (pair: Place, { name, job }: NamedJob): boolean =>
  pair.job === name && (job.from.includes('://') || fits(pair.source, job.from, '/'));

function fits(label: string, wanted: string | undefined, cwd: string): boolean {
  if (wanted === undefined) return true;
  const bare = (each: string): string => each.replace(/\/+$/, '');
  if (wanted.includes('://')) return bare(label) === bare(wanted);
  const path = resolve(cwd, wanted);
  return label === path || label === realPath(path);
}
