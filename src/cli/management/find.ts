import type { Found, Rows } from '../../api/names/kinds.ts';
import type { WorkspaceGroup } from '../../api/resources/workspace-groups.ts';
import type { Workspace } from '../../api/resources/workspaces.ts';
import { hasFact } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Run } from './run.ts';

export interface FindOptions {
  readonly includeTerminated?: boolean | undefined;
  /** The group of a workspace whose name does not say it itself. */
  readonly group?: string | undefined;
}

export interface FoundWorkspace {
  readonly workspace: Workspace;
  readonly group: Pick<WorkspaceGroup, 'workspaceGroupID' | 'name'>;
}

type Finder = Pick<Run, 'api'>;

export async function findGroup(
  { api }: Finder,
  wanted: string,
  { includeTerminated }: FindOptions = {},
): Promise<WorkspaceGroup> {
  return (await api.names.find('group', wanted, { includeTerminated })).row;
}

/** A workspace by NAME, GROUP/NAME or ID, with the group that it is in. */
export async function findWorkspace(
  { api }: Finder,
  wanted: string,
  { includeTerminated, group }: FindOptions = {},
): Promise<FoundWorkspace> {
  const found = await api.names.find('workspace', wanted, { includeTerminated, group });
  return { workspace: found.row, group: await groupOf({ api }, found) };
}

/** What was found by an ID does not say the name of its group. */
async function groupOf({ api }: Finder, found: Found<Rows['workspace']>): Promise<FoundWorkspace['group']> {
  if (found.group !== undefined) return { workspaceGroupID: found.group.id, name: found.group.name };
  const { workspaceGroupID } = found.row;
  if (typeof workspaceGroupID !== 'string') return { workspaceGroupID: '', name: '' };
  return (await api.names.find('group', workspaceGroupID)).row;
}

/** A region by its ID, its name ('us-east-1'), PROVIDER/NAME, or the name that people read. */
export async function findRegion({ api }: Finder, wanted: string): Promise<Rows['region']> {
  return (await api.names.find('region', wanted)).row;
}

/**
 * What `find` resolves with. With --if-exists, undefined where there is nothing of that name: it is said on stderr, and the
 * caller has nothing to do.
 */
export async function ifExists<T>(
  run: Pick<Run<{ readonly ifExists?: true }>, 'err' | 'flags'>,
  thing: string,
  find: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (run.flags.ifExists !== true || !hasFact(error, 'missing')) throw error;
    run.err.line(`stagesync: there is no ${printable(thing)}`);
    return undefined;
  }
}
