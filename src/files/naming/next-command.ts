import { messageOf } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { Remote } from '../../remote/remote.ts';

/** Something that waits under a hidden name. */
export interface Aside {
  /** The name that it had. */
  readonly path: RelPath;
  readonly via: RelPath;
}

/** How a person brings back what waits under a hidden name, and how they remove it: two commands, as a shell takes them. */
export const waysOut = (remote: Pick<Remote, 'address'>, { path, via }: Aside): string =>
  `"stagesync mv --hidden ${word(remote, via)} ${word(remote, nameOnly(path))}" brings it back, "stagesync rm -r --hidden ${word(remote, via)}" removes it`;

/** What went wrong, to be gone on with after a semicolon. */
export const messageBefore = (error: unknown): string => messageOf(error).replace(/\.$/, '');

/** How a person goes on with a folder that has moved in part. */
export const goOnMoving = (remote: Pick<Remote, 'address'>, from: RelPath, to: RelPath): string =>
  `"stagesync mv --merge ${word(remote, from)} ${word(remote, nameOnly(to))}" goes on`;

/** Without the slash, which would mean "into". */
const nameOnly = (path: RelPath): RelPath => path.replace(/\/$/, '');

const word = ({ address }: Pick<Remote, 'address'>, path: RelPath): string => {
  const text = address + path;
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
};
