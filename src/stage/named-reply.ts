import { nameOf, type RelPath } from '../model/path.ts';
import { trimSlashes } from './read-listing.ts';

/**
 * Longer replies to a change are none of Stage's, in bytes: an object with a name and a path, whose characters may be
 * six bytes each in JSON, is far below.
 */
export const NAMED_REPLY_BYTES = 64 * 1024;

/**
 * Whether the reply to a change is what Stage says to one that it made: a JSON object with the path of what changed, of
 * a move the old one or the new one. Anything else with a status of success, as the page of a network that wants a
 * log-in, comes from somebody who made no change. How the path is spelled varies; `name` counts where there is none.
 */
export function namesPath(body: Buffer, path: RelPath, orPath: RelPath = path): boolean {
  const reply = parse(body);
  if (typeof reply !== 'object' || reply === null || Array.isArray(reply)) return false;
  const { path: told, name } = reply as { readonly path?: unknown; readonly name?: unknown };
  if (told !== undefined && told !== null && typeof told !== 'string') return false;
  const given = trimSlashes(told ?? '');
  if (given !== '') return isPath(given, path) || isPath(given, orPath);
  if (typeof name !== 'string') return false;
  const last = trimSlashes(name);
  return last === nameOf(path) || last === nameOf(orPath);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

const isPath = (given: string, path: RelPath): boolean =>
  given === trimSlashes(path) || plainly(decoded(given)) === plainly(path);

/** Without empty segments, its characters composed. */
const plainly = (path: string): string =>
  path
    .split('/')
    .filter((segment) => segment !== '')
    .join('/')
    .normalize();

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
