import { accessSync, constants, statSync } from 'node:fs';
import { isWritable, nearestFolder } from '../folders.ts';
import { messageOf } from '../../model/errors.ts';
import { failed, ok, type Check, type Finding } from '../check.ts';

/** Each directory that is named. */
export const directory: Check = {
  name: 'directory',
  concerns: ({ places, target }) => target !== undefined || places.some(({ kind }) => kind === 'local'),
  async examine({ places, target }) {
    return [
      ...places.flatMap((place) => (place.kind === 'local' ? [examineDirectory(place.root)] : [])),
      ...(target === undefined ? [] : [examineTarget(target)]),
    ];
  },
};

function examineTarget(root: string): Finding {
  const there = nearestFolder(root);
  if (!isWritable(there))
    return failed(
      `${there} is not writable`,
      'destination_denied',
      'give this user the right to write there',
    );
  return ok(there === root ? `${root} is writable` : `${root} will be made by the first run`);
}

function examineDirectory(root: string): Finding {
  try {
    if (!statSync(root).isDirectory())
      return failed(`${root} is a file`, 'usage', 'name the directory that holds it');
    accessSync(root, constants.R_OK | constants.X_OK);
    return ok(`${root} can be read`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      return failed(`there is no directory ${root}`, 'source_missing', 'is it mounted, and spelled right?');
    return failed(
      `${root} cannot be read: ${messageOf(error)}`,
      'source_denied',
      'give this user the right to read and enter it',
    );
  }
}
