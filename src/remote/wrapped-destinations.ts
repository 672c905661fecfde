import type { Operation } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { Destination } from '../model/ports.ts';
import type { Bandwidth } from './bandwidth.ts';

/** The same destination, its uploads sent no faster than the limit. */
export const limited = (destination: Destination, bandwidth: Bandwidth): Destination => ({
  ...passedOn(destination),
  put: (path, content, call) => destination.put(path, bandwidth.limit(content, call.signal), call),
});

/** The same destination, what is sent and what is read no faster than the limit. */
export const limitedBothWays = (destination: Destination, bandwidth: Bandwidth): Destination => ({
  ...limited(destination, bandwidth),
  read: async (path, call) => bandwidth.limitChunks(await destination.read(path, call), call.signal),
  readFrom:
    destination.readFrom &&
    (async (path, offset, call) =>
      bandwidth.limitChunks(await destination.readFrom!(path, offset, call), call.signal)),
});

/** Another target folder, '' or ending in '/', of the same destination. Closing it leaves the destination open. */
export const withRoot = (destination: Destination, root: RelPath): Destination => ({
  ...passedOn(destination),
  openPartial: destination.openPartial && ((path, options) => destination.openPartial!(path, options)),
  root,
  close: () => Promise.resolve(),
});

/** Makes a request, and may do something before and after it. */
export type AroundRequest = <T>(operation: Operation, path: RelPath, request: () => Promise<T>) => Promise<T>;

/** The same destination; each request is made by `around`. Below the retrying destination each attempt is a request. */
export const surrounded = (destination: Destination, around: AroundRequest): Destination => ({
  ...passedOn(destination),
  listFolder: (folder, call) => around('list', folder, () => destination.listFolder(folder, call)),
  stat: (path, call) => around('look', path, () => destination.stat(path, call)),
  read: (path, call) => around('read', path, () => destination.read(path, call)),
  readFrom:
    destination.readFrom &&
    ((path, offset, call) => around('read', path, () => destination.readFrom!(path, offset, call))),
  put: (path, content, call) => around('upload', path, () => destination.put(path, content, call)),
  makeFolder: (folder, call) => around('create_folder', folder, () => destination.makeFolder(folder, call)),
  move: (from, to, call) => around('move', from, () => destination.move(from, to, call)),
  remove: (path, call) => around('remove', path, () => destination.remove(path, call)),
});

/** The same destination; `onRequest` is called when a request is over, with the error if it failed. */
export const counted = (
  destination: Destination,
  onRequest: (operation: Operation, error: unknown) => void,
): Destination =>
  surrounded(destination, async (operation, _path, request) => {
    try {
      const result = await request();
      onRequest(operation, undefined);
      return result;
    } catch (error) {
      onRequest(operation, error);
      throw error;
    }
  });

/**
 * Every method passed on, for a destination may be an object of a class, which cannot be spread; but not partial files. What is
 * written into them piece by piece would pass by the wrapping: who finds no `openPartial` puts whole files, and these do not.
 */
const passedOn = (destination: Destination): Destination => ({
  label: destination.label,
  words: destination.words,
  root: destination.root,
  traits: destination.traits,
  listFolder: (folder, call) => destination.listFolder(folder, call),
  stat: (path, call) => destination.stat(path, call),
  read: (path, call) => destination.read(path, call),
  readFrom: destination.readFrom && ((path, offset, call) => destination.readFrom!(path, offset, call)),
  put: (path, content, call) => destination.put(path, content, call),
  makeFolder: (folder, call) => destination.makeFolder(folder, call),
  move: (from, to, call) => destination.move(from, to, call),
  remove: (path, call) => destination.remove(path, call),
  folding: destination.folding && (() => destination.folding!()),
  sweepPartial: destination.sweepPartial && ((call) => destination.sweepPartial!(call)),
  close: () => destination.close(),
});
