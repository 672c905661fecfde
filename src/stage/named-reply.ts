import { nameOf, type RelPath } from '../model/path.ts';
import { trimSlashes } from './read-listing.ts';

/**
 * The longest reply to a change that can come from Stage, in bytes. An object with a name and a path is far shorter, even
 * if each of its characters takes six bytes in JSON.
 */
export const NAMED_REPLY_BYTES = 64 * 1024;

/**
 * Whether a reply is the one that Stage gives to a change that it made: a JSON object with the path of what changed, which
 * for a move is the old or the new path. Any other reply with a status of success, such as the page of a network that
 * wants a log-in, comes from somebody who made no change. The spelling of the path varies; where there is no path, the
 * name counts.
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

/** The path without empty segments, with its characters composed. */
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
