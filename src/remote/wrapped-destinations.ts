import type { Operation } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { Destination } from '../model/ports.ts';
import type { Bandwidth } from './bandwidth.ts';

/** The same destination, its uploads sent no faster than the limit. */
export const limited = (destination: Destination, bandwidth: Bandwidth): Destination => ({
  ...passedOn(destination),
  put: (path, content, call) => destination.put(path, bandwidth.limit(content, call.signal), call),
});

/** Another target folder, '' or ending in '/', of the same destination. Closing it leaves the destination open. */
export const withRoot = (destination: Destination, root: RelPath): Destination => ({
  ...passedOn(destination),
  root,
  readFrom: destination.readFrom,
  close: () => Promise.resolve(),
});

/**
 * The same destination; `onRequest` is called when a request is over, with the error if it failed. Below the retrying
 * destination each attempt is a request.
 */
export function counted(
  destination: Destination,
  onRequest: (operation: Operation, error: unknown) => void,
): Destination {
  const tell = async <T>(operation: Operation, request: Promise<T>): Promise<T> => {
    try {
      const result = await request;
      onRequest(operation, undefined);
      return result;
    } catch (error) {
      onRequest(operation, error);
      throw error;
    }
  };
  return {
    ...passedOn(destination),
    listFolder: (folder, call) => tell('list', destination.listFolder(folder, call)),
    stat: (path, call) => tell('look', destination.stat(path, call)),
    read: (path, call) => tell('read', destination.read(path, call)),
    put: (path, content, call) => tell('upload', destination.put(path, content, call)),
    makeFolder: (folder, call) => tell('create_folder', destination.makeFolder(folder, call)),
    move: (from, to, call) => tell('move', destination.move(from, to, call)),
    remove: (path, call) => tell('remove', destination.remove(path, call)),
  };
}

/** Every method passed on: a destination may be an object of a class, which cannot be spread. */
const passedOn = (destination: Destination): Destination => ({
  label: destination.label,
  words: destination.words,
  root: destination.root,
  traits: destination.traits,
  listFolder: (folder, call) => destination.listFolder(folder, call),
  stat: (path, call) => destination.stat(path, call),
  read: (path, call) => destination.read(path, call),
  put: (path, content, call) => destination.put(path, content, call),
  makeFolder: (folder, call) => destination.makeFolder(folder, call),
  move: (from, to, call) => destination.move(from, to, call),
  remove: (path, call) => destination.remove(path, call),
  close: () => destination.close(),
});
