import { workspaceGroups, type WorkspaceGroup } from '../../api/resources/workspace-groups.ts';
import { workspaces, type Workspace } from '../../api/resources/workspaces.ts';
import { usageError } from '../../jobs/usage-errors.ts';
import { printable } from '../../model/printable.ts';
import type { Run } from './run.ts';

export interface FindOptions {
  readonly includeTerminated?: boolean | undefined;
  /** Undefined instead of an error, where there is none. */
  readonly ifExists?: boolean | undefined;
}

export interface FoundWorkspace {
  readonly workspace: Workspace;
  readonly group: WorkspaceGroup;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
export const looksLikeID = (text: string): boolean => UUID.test(text);

export function findGroup(
  run: Run,
  text: string,
  options?: FindOptions & { readonly ifExists?: undefined },
): Promise<WorkspaceGroup>;
export function findGroup(run: Run, text: string, options: FindOptions): Promise<WorkspaceGroup | undefined>;
export async function findGroup(
  run: Run,
  text: string,
  options: FindOptions = {},
): Promise<WorkspaceGroup | undefined> {
  const all = await run.api.call(workspaceGroups.list, {
    query: { includeTerminated: options.includeTerminated },
  });
  const found = all.filter((each) => each.name === text || each.workspaceGroupID === text);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined && options.ifExists === true) return undefined;
  throw usageError(`there is no workspace group ${printable(text)}`);
}

export function findWorkspace(
  run: Run,
  text: string,
  options?: FindOptions & { readonly ifExists?: undefined },
): Promise<FoundWorkspace>;
export function findWorkspace(
  run: Run,
  text: string,
  options: FindOptions,
): Promise<FoundWorkspace | undefined>;
export async function findWorkspace(
  run: Run,
  text: string,
  options: FindOptions = {},
): Promise<FoundWorkspace | undefined> {
  const groups = await run.api.call(workspaceGroups.list, {
    query: { includeTerminated: options.includeTerminated },
  });
  for (const group of groups) {
    const { workspaceGroupID } = group;
    const all = await run.api.call(workspaces.list, {
      query: { workspaceGroupID, includeTerminated: options.includeTerminated },
    });
    const workspace = all.find(
      (each) => each.name === text || each.workspaceID === text || `${group.name}/${each.name}` === text,
    );
    if (workspace !== undefined) return { workspace, group };
  }
  if (options.ifExists === true) return undefined;
  throw usageError(`there is no workspace ${printable(text)}`);
}
