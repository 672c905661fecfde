import type { RequestKind } from '../control/counters.ts';
import { Refusal } from '../http/refusal.ts';
import { deploymentIdOf } from '../management/deployments.ts';
import type { StagePath } from './stage-path.ts';

/** A URL that has files below it: what comes before the path, and at which of its segments the ID is. */
export interface Place {
  readonly prefix: string;
  readonly idAt: number;
  /** The organization's places for files are no deployments, and have no folders. */
  readonly isSpace?: true;
}

/** Three generations of Stage URLs, and the organization's own files. */
export const PLACES: readonly Place[] = [
  { prefix: '/v1/stage/:id/fs', idAt: 3 },
  { prefix: '/v2/clusters/:id/stage/fs', idAt: 3 },
  { prefix: '/v1/stages/:id/fs', idAt: 3 },
  { prefix: '/v1/files/fs/:id', idAt: 4, isSpace: true },
  { prefix: '/v2/files/fs/:id', idAt: 4, isSpace: true },
];

const SPACES: readonly string[] = ['personal', 'shared', 'models'];

/** Each of the organization's places for files is kept like a deployment, under an ID of its own. */
export function spaceIdOf(name: string): string {
  if (!SPACES.includes(name))
    throw new Refusal(404, `there is no place for files named ${JSON.stringify(name)}`);
  return deploymentIdOf(`space/${name}`);
}

export function refuseFolders(kind: RequestKind, path: StagePath): void {
  const isBelow = path.segments.length > 1;
  const changesFolder = path.isFolder && kind !== 'list' && kind !== 'metadata';
  if (changesFolder || (kind === 'putFile' && isBelow))
    throw new Refusal(400, 'directories are not allowed here');
}
