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

/** A source as it is opened. */
export type SourceAddress =
  | {
      readonly kind: 'local';
      /** An absolute path without links: a directory is one source, whichever path leads to it. */
      readonly root: string;
      /** The absolute path as it was typed, where that differs from `root`. */
      readonly typed?: string;
    }
  | { readonly kind: 's3'; readonly address: string };

export interface StageAddress {
  /** An ID, a name or `EMBEDDED`; undefined: the deployment that the environment names. */
  readonly deployment: string | undefined;
  /** From the Stage root, as typed: '' is the root, a slash at the end marks a folder. */
  readonly path: string;
}

/** Any place that a command looks at. */
export type PlaceAddress = SourceAddress | ({ readonly kind: 'stage' } & StageAddress);

const STAGE = 'stage://';
const S3 = 's3://';
/** How a source is written, for help and messages. */
export const SOURCE_FORMS = 'directory or s3://BUCKET/PREFIX';
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
 * The source of a job as text. The text means the same in whatever folder the job runs: a relative path is made
 * absolute, from the absolute path `folder`. A text that is no source is returned as it is; parseSource refuses it
 * later.
 */
export function wholeSource(from: string | Address, folder: string): string {
  const text = typeof from === 'string' ? from : formatAddress(from);
  const isPath = typeof from === 'string' ? text !== '' && !hasScheme(text) : from.kind === 'local';
  // an empty path does not name the current folder: whoever opens the job refuses it
  return isPath && text !== '' ? resolve(folder, text) : text;
}

/** Whether a text can be the source of a job: it means the same whatever folder the job is run in. */
export const isWholeSource = (text: string): boolean => text.startsWith(S3) || isAbsolute(text);

/** The text of a job for a source that was opened. */
export function sourceText(address: SourceAddress): string {
  switch (address.kind) {
    case 'local':
      return address.root;
    case 's3':
      return address.address;
    default:
      return address satisfies never;
  }
}

/** `cwd` is absolute; a local source's root comes back absolute. */
export function parseSource(text: string, cwd: string): SourceAddress {
  if (text === '') throw usageError(`SOURCE is empty: name a ${SOURCE_FORMS}`);
  if (isStageAddress(text))
    throw usageError(
      `SOURCE is a Stage (${printable(text)}); write the source first and the Stage second: stagesync sync DIR stage://DEPLOYMENT/PATH`,
    );
  if (text.startsWith(S3)) return { kind: 's3', address: text };
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme !== undefined)
    throw usageError(
      `SOURCE ${printable(text)} starts with ${scheme}, which is not supported: name a ${SOURCE_FORMS}`,
    );
  const typed = resolve(cwd, text);
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
 * one is read. Rejects with `usage` what is no address.
 */
export function parsePlace(text: string, role: string, folder: string): PlaceAddress {
  if (isStageAddress(text)) return { kind: 'stage', ...parseStageAddress(text, role) };
  if (text === '') throw usageError(`${role} is empty: name a ${PLACE_FORMS}`);
  const scheme = SCHEME.exec(text)?.[0];
  if (scheme !== undefined && scheme !== S3)
    throw usageError(
      `${role} ${printable(text)} starts with ${scheme}, which is not supported: name a ${PLACE_FORMS}`,
    );
  return parseSource(text, folder);
}

/** The path of a folder address, as the ports want it: '' or ending in '/'. */
export const folderPath = (address: StageAddress): string =>
  address.path === '' || address.path.endsWith('/') ? address.path : `${address.path}/`;
