import { sep } from 'node:path';
import type { SyncError } from '../model/errors.ts';
import { isReservedName, pathProblem } from '../model/path.ts';
import { printable } from '../model/printable.ts';
import {
  EMBEDDED,
  parseDestination,
  parseSource,
  type DestinationAddress,
  type PlaceAddress,
} from './addresses.ts';
import { bucketFlagIn, databaseFlagIn, deploymentFlagIn, type Authority } from './authority.ts';
import type { Environment } from './environment.ts';
import type { Job, WhatSettings } from './job.ts';
import { realPath } from './real-path.ts';
import { valueProblem } from './settings/value-problem.ts';
import { configError, usageError } from './usage-errors.ts';

/** The ends of a job, checked. */
export interface JobEnds {
  readonly from: PlaceAddress;
  readonly to: DestinationAddress;
}

/**
 * Reads the addresses of a job. Rejects with `config` a value that its setting cannot have; with `usage` a setting
 * without another one that it needs, an authority for another kind of end, and a source that holds what stagesync
 * itself writes.
 */
export function checkJob(job: Job, authority: Authority, environment: Environment): JobEnds {
  const wrongValue = valueProblem(job);
  if (wrongValue !== undefined) throw configError(`the job cannot be run: ${printable(wrongValue)}`);
  const from = parseSource(job.from, '/');
  const to = parseDestination(job.to, '/');
  const wrongPair = pairProblem(from, to);
  if (wrongPair !== undefined) throw usageError(`DEST ${printable(job.to)} ${wrongPair}`);
  if (to.kind === 'stage' && isReservedName(to.path))
    throw usageError(
      `DEST ${printable(to.path)} has a name that begins with ".stagesync-": such names are for what stagesync hides on Stage for a while; choose another`,
    );
  const [unmet] = unmetNeeds(job.what);
  if (unmet !== undefined) throw usageError(unmet.message);
  const { marker } = job.what;
  const wrongMarker = marker === undefined ? undefined : markerProblem(marker);
  if (wrongMarker !== undefined)
    throw usageError(
      `--marker ${printable(marker!)} ${wrongMarker}; give a file name, as in --marker _SUCCESS`,
    );
  checkOwnFolders({ from, to }, environment);
  checkKinds(job, authority, { from, to });
  checkLoad(job, authority, to);
  return { from, to };
}

/** The directory of a job: its `.stagesyncignore` counts, whichever end it is. */
export const directoryOf = ({ from, to }: JobEnds): string | undefined =>
  [from, to].find((end) => end.kind === 'local')?.root;

/** The path of a directory that somebody wrote for a Stage, as `stage:/my-group/data`. */
const LIKE_A_STAGE = /(^|\/)stage:(\/|$)/i;

/** Why what is at `from` cannot be brought to `to`, as the end of a sentence of which `to` is the subject. */
export function pairProblem(from: PlaceAddress, to: DestinationAddress): string | undefined {
  if (to.kind === 'local' && from.kind !== 'stage')
    return `is a directory, and the source is ${from.kind === 's3' ? 'a bucket' : 'one too'}: one end has to be a Stage, stage://DEPLOYMENT/PATH${LIKE_A_STAGE.test(to.root) ? ', with two slashes after "stage:"' : ''}`;
  if (to.kind === 'stage' && from.kind === 'stage')
    return 'is a Stage, and the source is one too: bring it to a directory first, and from there to the other Stage';
  return undefined;
}

/** A setting that has no effect without another one. */
interface UnmetNeed {
  readonly setting: keyof WhatSettings;
  readonly needs: string;
  /** For the command line. */
  readonly message: string;
}

/** The settings that need another one, where that one is not there. */
export function unmetNeeds(what: Partial<WhatSettings>): UnmetNeed[] {
  const unmet: UnmetNeed[] = [];
  if (what.publishSet && !what.atomic)
    unmet.push({
      setting: 'publishSet',
      needs: 'atomic',
      message: '--publish-set needs --atomic: a set is published by moving whole files in',
    });
  if (what.deleteExcluded && (what.removal ?? 'none') === 'none')
    unmet.push({
      setting: 'deleteExcluded',
      needs: 'removal',
      message: '--delete-excluded needs --delete or --mirror: those say which of the excluded files go',
    });
  if (what.marker !== undefined && !what.publishSet)
    unmet.push({
      setting: 'marker',
      needs: 'publishSet',
      message: '--marker needs --publish-set: it is written when the whole set is in place',
    });
  return unmet;
}

/** The marker lies in DEST itself, the one folder that certainly exists once a set has been published. */
export const markerProblem = (name: string): string | undefined =>
  name.includes('/') ? 'names a folder' : pathProblem(name);

type SourceKind = PlaceAddress['kind'];

/** What messages call a source to which the flags for a bucket do not apply. */
const NO_BUCKET: Readonly<Record<Exclude<SourceKind, 's3'>, string>> = {
  local: 'a directory',
  stage: 'a Stage',
};
/** Why a source of this kind has no links to be followed. */
const WITHOUT_LINKS: Readonly<Record<Exclude<SourceKind, 'local'>, string>> = {
  s3: 'a bucket has no links',
  stage: 'a Stage has no links',
};

/** Keys that S3 gives in a page of a listing, at most. */
const MOST_KEYS = 1000;

export interface BucketSettings {
  readonly archived?: Job['what']['archived'] | undefined;
  readonly pageSize?: number | undefined;
}

/**
 * Refuses settings that only an s3:// source has. `instead`: what the source is, or the sources are, where none is a bucket;
 * undefined where one is.
 */
export function checkBucketSettings(
  { archived, pageSize }: BucketSettings,
  instead: string | undefined,
): void {
  const setting =
    archived === 'ignore'
      ? '--ignore-glacier-warnings'
      : archived === 'transfer'
        ? '--force-glacier-transfer'
        : pageSize === undefined
          ? undefined
          : '--page-size';
  if (instead !== undefined && setting !== undefined)
    throw usageError(`${setting} is for an s3:// source; ${instead}`);
  if ((pageSize ?? 1) > MOST_KEYS)
    throw usageError(`--page-size ${pageSize} is too much: S3 gives at most ${MOST_KEYS} keys in a page`);
}

/** Refuses settings and flags for an end of another kind. */
function checkKinds(job: Job, authority: Authority, { from, to }: JobEnds): void {
  const bucketFlag = bucketFlagIn(authority.s3);
  if (from.kind !== 's3' && bucketFlag !== undefined)
    throw usageError(`${bucketFlag} is for an s3:// source; SOURCE is ${NO_BUCKET[from.kind]}`);
  const instead = from.kind === 's3' ? undefined : `SOURCE is ${NO_BUCKET[from.kind]}`;
  checkBucketSettings({ archived: job.what.archived, pageSize: job.pace.pageSize }, instead);
  if (from.kind !== 'local' && job.what.followSymlinks)
    throw usageError(`--follow-symlinks is for a directory; ${WITHOUT_LINKS[from.kind]}`);
  if (to.kind === 'stage' && job.what.theirs)
    throw usageError('--theirs is for a directory as DEST: on a Stage, what differs is replaced in any case');
  if (to.kind === 'local' && job.what.trustLedger)
    throw usageError(
      '--trust-ledger is for a Stage as DEST: what has become of files in a directory is always looked at',
    );
  if (to.kind === 'local' && job.what.keepRemoved !== undefined)
    throw usageError('--keep-removed is for a Stage as DEST: a directory has no trash of ours');
  if ([from, to].some(isEmbedded)) checkEmbedded(authority);
}

/** Refuses the way to a table where no Stage is written to, and a login for a database that nothing is asked of. */
function checkLoad({ load }: Job, { sql }: Authority, to: DestinationAddress): void {
  const flag = databaseFlagIn(sql);
  if (load === undefined && flag !== undefined)
    throw usageError(
      `${flag} is for a database, and nothing is asked of one: give --load-database NAME or --wait-loaded, or leave the flag out`,
    );
  if (load !== undefined && to.kind !== 'stage')
    throw usageError(
      'pipelines load from a Stage, and DEST is a directory: leave out --load-database and the other flags of loading',
    );
}

const isEmbedded = (address: PlaceAddress): boolean =>
  address.kind === 'stage' && address.deployment === EMBEDDED;

/** Refuses flags that say which Stage to reach, or as whom: the embedded Stage has no use for them. */
export function checkEmbedded(authority: Pick<Authority, 'stage'>): void {
  const flag = deploymentFlagIn(authority.stage);
  if (flag !== undefined)
    throw usageError(
      `stage://${EMBEDDED} is the embedded Stage, which ${flag} does not apply to: leave the flag out, or name a deployment by its ID`,
    );
}

/**
 * Refuses a directory, at either end, where stagesync itself writes: each run would find something new in it, or write into its
 * own state.
 */
function checkOwnFolders(ends: JobEnds, environment: Environment): void {
  const { from, to } = ends;
  const [role, directory] = from.kind === 'local' ? ['SOURCE', from] : ['DEST', to];
  if (directory.kind !== 'local') return;
  const { root } = directory;
  const [stage, state] = [realPath(environment.stageFolder), realPath(environment.stateFolder)];
  const refusal = (verb: string, what: string, folder: string, variable: string): SyncError =>
    usageError(
      `${role} ${printable(root)} ${verb} ${what} (${printable(folder)}); choose another directory, or set ${variable} to one outside it`,
    );
  const ofStage = "the embedded Stage's own files";
  if (isEmbedded(from) || isEmbedded(to)) {
    if (isInside(stage, root)) throw refusal('holds', ofStage, stage, 'XDG_DATA_HOME');
    if (isInside(root, stage)) throw refusal('lies among', ofStage, stage, 'XDG_DATA_HOME');
  }
  const ofState = "stagesync's own state";
  if (isInside(state, root)) throw refusal('holds', ofState, state, 'XDG_STATE_HOME');
  if (role === 'DEST' && isInside(root, state)) throw refusal('lies among', ofState, state, 'XDG_STATE_HOME');
}

const isInside = (path: string, folder: string): boolean =>
  `${path}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
