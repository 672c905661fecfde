import { usageError } from '../../../jobs/usage-errors.ts';
import { findGroup, findWorkspace } from '../../management/find.ts';
import type { Run } from '../../management/run.ts';
import type { GroupRef } from '../../management/stage-address.ts';

export interface WhichFlags {
  readonly group?: string;
  readonly workspace?: string;
}

/**
 * The group that the flags name. That of a workspace is looked up: the operations through a workspace have left the API, and
 * those of its group do the same.
 */
export async function whichGroup(run: Run<WhichFlags>): Promise<GroupRef> {
  const { group, workspace } = run.flags;
  if ((group === undefined) === (workspace === undefined))
    throw usageError('give --group GROUP or --workspace WORKSPACE, one of them');
  if (group !== undefined) return findGroup(run, group);
  return (await findWorkspace(run, workspace ?? '')).group;
}
