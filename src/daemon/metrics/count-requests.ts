import { isSyncError } from '../../model/errors.ts';
import type { Operation } from '../../model/errors.ts';
import type { Destination } from '../../model/ports.ts';
import { counted } from '../../remote/wrapped-destinations.ts';

/** HTTP methods; every other operation is a GET. */
const VERBS: Readonly<Partial<Record<Operation, string>>> = {
  upload: 'PUT',
  create_folder: 'PUT',
  move: 'PATCH',
  remove: 'DELETE',
};

/** A destination that counts its requests, each attempt as one, by HTTP method and how it ended. */
export const countRequests = (
  destination: Destination,
  count: (verb: string, status: string) => void,
): Destination =>
  counted(destination, (operation, error) =>
    count(VERBS[operation] ?? 'GET', error === undefined ? '2xx' : statusOf(error)),
  );

/** The HTTP status, or the error's own name where there was no answer. */
function statusOf(error: unknown): string {
  if (!isSyncError(error)) return 'aborted';
  const { status } = error.details;
  return status === undefined ? error.code : String(status);
}
