import type { OperationHead } from '../operation.ts';

const FILES = '/v1/stage/{workspaceGroupID}/fs/';
const object = 'Stage {workspaceGroupID}';

/**
 * The five operations of Stage. They stand here to be counted: `src/stage` makes their requests, with bodies that are
 * streams and replies that are files, and resolves their lost replies by looking (`src/remote`).
 */
export const stage = {
  listRoot: { verb: 'GET', path: FILES, repeat: 'safe', does: 'list', object },
  get: { verb: 'GET', path: `${FILES}{path}`, repeat: 'safe', does: 'read', object },
  put: { verb: 'PUT', path: `${FILES}{path}`, repeat: 'look_up', does: 'upload to', object },
  move: { verb: 'PATCH', path: `${FILES}{path}`, repeat: 'look_up', does: 'move in', object },
  remove: { verb: 'DELETE', path: `${FILES}{path}`, repeat: 'idempotent', does: 'remove from', object },
} as const satisfies Readonly<Record<string, OperationHead>>;
