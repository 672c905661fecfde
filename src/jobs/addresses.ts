import { isAbsolute, resolve } from 'node:path';
import { pathProblem } from '../model/path.ts';
import { realPath } from './real-path.ts';
import { printable } from '../model/printable.ts';
import { usageError } from './usage-errors.ts';

/** The deployment name that means the embedded Stage. */
export const EMBEDDED = 'local';

/** Either end of a sync, for programs; a text says the same: 'data', 's3://bucket/prefix', 'stage://deployment/path'. */
export type Address =
  /** A relative path is read from the current folder. */
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix?: string | undefined }
  /** Without a deployment, the environment names it; `EMBEDDED` is the Stage on this machine. */
  | { readonly kind: 'stage'; readonly deployment?: string | undefined; readonly path?: string | undefined };

/** A directory as it is opened. */
export interface LocalAddress {
  readonly kind: 'local';
  /** An absolute path without links: a directory is one place, whichever path leads to it. */
  readonly root: string;
  /** The absolute path as it was typed, where that differs from `root`. */
  readonly typed?: string;
}

/** A place that is no Stage. */
export type SourceAddress = LocalAddress | { readonly kind: 's3'; readonly address: string };

export interface StageAddress {
  /** An ID, a name or `EMBEDDED`; undefined: the deployment that the environment names. */
  readonly deployment: string | undefined;
  /** From the Stage root, as typed: '' is the root, a slash at the end marks a folder. */
  readonly path: string;
}

/** Any place that a command looks at, or that a job copies from. */
export type PlaceAddress = SourceAddress | ({ readonly kind: 'stage' } & StageAddress);

/** Any place that a job copies to: S3 is none yet. */
export type DestinationAddress = Exclude<PlaceAddress, { kind: 's3' }>;

const STAGE = 'stage://';
const S3 = 's3://';
/** How a source is written, for help and messages. */
export const SOURCE_FORMS = 'directory, s3://BUCKET/PREFIX or stage://DEPLOYMENT/PATH';
/** How a Stage is written. */
export const STAGE_FORMS = 'stage://DEPLOYMENT/PATH, stage:///PATH or stage://local/PATH';
/** How a destination is written. */
export const DESTINATION_FORMS = `${STAGE_FORMS}; or a directory, for a Stage as SOURCE`;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Whether a text is an address with a scheme, and no path. */
const hasScheme = (text: string): boolean => SCHEME.test(text);

/** An address as text. */
export function formatAddress(address: Address): string {
  if (address.kind === 'local') return address.path;
  if (address.kind === 's3') return `${S3}${address.bucket}/${address.prefix ?? ''}`;
  return `${STAGE}${address.deployment ?? ''}/${address.path ?? ''}`;
}

const isStageAddress = (text: string): boolean => text.startsWith(STAGE);

/**
 * An end of a job as text. The text means the same in whatever folder the job runs: a relative path is made absolute, from
 * the absolute path `folder`. A text that is no address is returned as it is; whoever opens the job refuses it.
 */
export function wholeAddress(end: string | Address, folder: string): string {
  const text = typeof end === 'string' ? end : formatAddress(end);
  const isPath = typeof end === 'string' ? text !== '' && !hasScheme(text) : end.kind === 'local';
  // an empty path does not name the current folder: whoever opens the job refuses it
  return isPath && text !== '' ? resolve(folder, text) : text;
}

/** Whether a text means the same whatever folder the job is run in. */
export const isWholeAddress = (text: string): boolean => hasScheme(text) || isAbsolute(text);

/** The text of a job for an end that was opened. */
export function addressText(address: PlaceAddress): string {
  switch (address.kind) {
    case 'local':
      return address.root;
    case 's3':
      return address.address;
    case 'stage':
      return formatAddress(address);
    default:
      return address satisfies never;
  }
}

function parseDirectory(text: string, folder: string): LocalAddress {
  const typed = resolve(folder, text);
  const root = realPath(typed);
  return { kind: 'local', root, ...(root !== typed && { typed }) };
}

/**
 * `role` names the argument in messages. Nothing is percent-decoded: what is typed is the name on Stage. A deployment
 * whose name holds a slash needs its ID.
 */
export function parseStageAddress(text: string, role: string): StageAddress {
  if (!isStageAddress(text))
    throw usageError(
      `${role} must be a Stage address, not ${printable(text) || 'empty'}: stage://DEPLOYMENT/PATH, stage:///PATH or stage://local/PATH`,
    );
  const rest = text.slice(STAGE.length);
  const slash = rest.indexOf('/');
  const deployment = slash === -1 ? rest : rest.slice(0, slash);
  const path = slash === -1 ? '' : rest.slice(slash + 1);
  const problem = path === '' ? undefined : pathProblem(path);
  if (problem !== undefined)
    throw usageError(`${role} ${printable(text)} cannot be a Stage path: it ${problem}`);
  return { deployment: deployment === '' ? undefined : deployment, path };
}

/** How any place is written, for help and messages. */
export const PLACE_FORMS = 'directory or file, s3://BUCKET/PREFIX or stage://DEPLOYMENT/PATH';

/**
 * The address of a place of any kind. `role` names the argument in messages. `folder`: the absolute path from which a relative
 * one is read; the root of a directory comes back absolute. Rejects with `usage` what is no address.
 */
export function parsePlace(
  text: string,
  role: string,
  folder: string,
  forms: string = PLACE_FORMS,
): PlaceAddress {
  if (isStageAddress(text)) return { kind: 'stage', ...parseStageAddress(text, role) };
  if (text === '') throw usageError(`${role} is empty: name a ${forms}`);
  if (text.startsWith(S3)) return { kind: 's3', address: text };
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme !== undefined)
    throw usageError(
      `${role} ${printable(text)} starts with ${scheme}, which is not supported: name a ${forms}`,
    );
  return parseDirectory(text, folder);
}

/** The source of a job. See parsePlace. */
export const parseSource = (text: string, folder: string): PlaceAddress =>
  parsePlace(text, 'SOURCE', folder, SOURCE_FORMS);

/** The destination of a job. See parsePlace. */
export function parseDestination(text: string, folder: string): DestinationAddress {
  const address = parsePlace(text, 'DEST', folder, 'stage://DEPLOYMENT/PATH, or a directory');
  if (address.kind === 's3')
    throw usageError(
      `DEST ${printable(text)} is a bucket, and stagesync only reads buckets: write stage://DEPLOYMENT/PATH, or a directory for a Stage as SOURCE`,
    );
  return address;
}

/** The path of a folder address, as the ports want it: '' or ending in '/'. */
export const folderPath = (address: StageAddress): string =>
  address.path === '' || address.path.endsWith('/') ? address.path : `${address.path}/`;
