import type { Behaviour } from '../control/behaviour.ts';

/** What a Stage object shows of itself; a `Node` is one, and so is an entry of a generated tree. */
export interface Listed {
  readonly name: string;
  readonly folder: 0 | 1 | boolean;
  readonly size: number;
  /** Microseconds since 1970. */
  readonly created: number;
  readonly modified: number;
}

/** Children in one piece of a listing: long enough to be cheap, short enough to let other requests in between. */
const PIECE = 2000;

/** The object of a file, or of a folder as a child in a listing; `path` is its full path (folders end in '/'). */
export function objectJson(object: Listed, path: string, behaviour: Behaviour): string {
  return `{${fields(object, JSON.stringify(path), behaviour)},"content":null}`;
}

/** The object of a folder with its children: in pieces when there are many. */
export function listingBody(
  folder: Listed,
  path: string,
  children: readonly Listed[],
  behaviour: Behaviour,
): string | Iterable<string> {
  const pieces = listingPieces(folder, path, children, behaviour);
  return children.length <= PIECE ? [...pieces].join('') : pieces;
}

function* listingPieces(
  folder: Listed,
  path: string,
  children: readonly Listed[],
  behaviour: Behaviour,
): Generator<string> {
  const shown = path === '' ? behaviour.rootPath : path;
  const head = fields(folder, JSON.stringify(shown), behaviour);
  if (children.length === 0) {
    const { emptyFolderContent } = behaviour;
    yield emptyFolderContent === 'missing' ? `{${head}}` : `{${head},"content":${emptyFolderContent}}`;
    return;
  }
  const prefix = JSON.stringify(path).slice(0, -1);
  for (let at = 0; at < children.length; at += PIECE) {
    let piece = at === 0 ? `{${head},"content":[` : ',';
    const end = Math.min(at + PIECE, children.length);
    for (let i = at; i < end; i++) {
      const child = children[i]!;
      const name = JSON.stringify(child.name).slice(1, -1);
      const childPath = `${prefix}${name}${child.folder ? '/' : ''}"`;
      piece += `${i === at ? '' : ','}{${fields(child, childPath, behaviour)},"content":null}`;
    }
    yield end === children.length ? `${piece}]}` : piece;
  }
}

function fields(object: Listed, quotedPath: string, behaviour: Behaviour): string {
  const type = object.folder ? 'directory' : 'file';
  const format = object.folder ? '"json"' : 'null';
  const times =
    behaviour.timestamps === 'missing'
      ? ''
      : `,"created":"${timestamp(object.created, behaviour)}","last_modified":"${timestamp(object.modified, behaviour)}"`;
  return (
    `"name":${JSON.stringify(object.name)},"path":${quotedPath},"size":${object.size},"type":"${type}",` +
    `"format":${format},"mimetype":"","writable":true${times}`
  );
}

/** As Go prints times: up to nine fraction digits without trailing zeros; here at most six. */
function timestamp(micros: number, behaviour: Behaviour): string {
  if (behaviour.timestamps === 'zero' || micros === 0) return '0001-01-01T00:00:00Z';
  const seconds = Math.floor(micros / 1e6);
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const fraction = micros - seconds * 1e6;
  if (behaviour.timestamps === 'seconds' || fraction === 0) return `${whole}Z`;
  return `${whole}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}Z`;
}
