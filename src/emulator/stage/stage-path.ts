import { Refusal } from '../http/refusal.ts';

/** A path inside a Stage as a request names it. The trailing slash decides the kind. */
export interface StagePath {
  /** Decoded, without empty segments; [] is the root. */
  readonly segments: readonly string[];
  readonly isFolder: boolean;
  /** Without leading slash; folders end in '/', the root is ''. */
  readonly text: string;
}

/**
 * Decodes what follows `/fs` in a request target. `a/b/` and `a%2Fb%2F` are the same folder; repeated slashes count as
 * one. Names are opaque: no Unicode normalisation and no folding of case.
 */
export function decodeStagePath(encoded: string): StagePath {
  return stagePath(decodePart(encoded));
}

/** The same for a path that is not encoded, as `newPath` in the body of a move. */
export function stagePath(path: string): StagePath {
  if (!path.isWellFormed()) throw new Refusal(400, 'path is not valid UTF-8');
  if (path.includes('\0')) throw new Refusal(400, 'path contains a NUL character');
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const segment of segments)
    if (segment === '.' || segment === '..') throw new Refusal(400, `path contains the segment "${segment}"`);
  const isFolder = segments.length === 0 || path.endsWith('/');
  const text = segments.length === 0 ? '' : segments.join('/') + (isFolder ? '/' : '');
  return { segments, isFolder, text };
}

/** Percent-decodes a part of a request target, which Node lets through only when it is ASCII. */
export function decodePart(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new Refusal(400, 'invalid URL escape in path');
  }
}

/** Whether the query has the parameter as 1 or true; it may come more than once. */
export function hasTrueParameter(query: string, name: string): boolean {
  if (query === '') return false;
  return new URLSearchParams(query).getAll(name).some((value) => value === '1' || value === 'true');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => UUID.test(text);

/** A deployment ID in lower case; refused with the text that Stage's own UUID parser gives. */
export function parseDeploymentId(text: string): string {
  if (UUID.test(text)) return text.toLowerCase();
  const length = Buffer.byteLength(text);
  if (length !== 36)
    throw new Refusal(400, `uuid: incorrect UUID length ${length} in string ${JSON.stringify(text)}`);
  throw new Refusal(400, `uuid: incorrect UUID format in string ${JSON.stringify(text)}`);
}
