import { Refusal } from '../../http/refusal.ts';
import type { Call } from '../operation.ts';
import type { GroupNow, WorkspaceNow } from '../world/world.ts';

/** The refusals that several operations share, and the looks that lead to them. */

export const noSuchGroup = (id: string): Refusal => new Refusal(404, `workspace group ${id} not found`);
export const noSuchWorkspace = (id: string): Refusal => new Refusal(404, `workspace ${id} not found`);
export const nameTaken = (call: Call, what: string, name: string): Refusal =>
  new Refusal(call.switches.nameTakenStatus, `a ${what} named ${JSON.stringify(name)} already exists`);

/** A terminated one too. */
export function groupOf(call: Call, id: string): GroupNow {
  const group = call.world.group(id, call.now);
  if (group === undefined) throw noSuchGroup(id);
  return group;
}

export function livingGroup(call: Call, id: string): GroupNow {
  const group = groupOf(call, id);
  if (group.view.phase === 'terminated') throw noSuchGroup(id);
  return group;
}

/** A terminated one too. */
export function workspaceOf(call: Call, id: string): WorkspaceNow {
  const workspace = call.world.workspace(id, call.now);
  if (workspace === undefined) throw noSuchWorkspace(id);
  return workspace;
}

/** One that a change is asked for: not terminated, and no other change is under way. */
export function changeableWorkspace(call: Call, id: string): WorkspaceNow {
  const workspace = workspaceOf(call, id);
  const { phase, resize } = workspace.view;
  if (phase === 'terminated') throw noSuchWorkspace(id);
  if (phase === 'failed') throw new Refusal(400, `workspace ${id} has failed and can only be terminated`);
  if ((phase !== 'active' && phase !== 'suspended') || resize !== undefined)
    throw new Refusal(call.switches.changePendingStatus, `workspace ${id} is being changed`);
  return workspace;
}

/** What costs credits is refused when there are none. */
export function checkCredits({ switches }: Call): void {
  if (switches.outOfCredits)
    throw new Refusal(403, 'the organization has no credits left for this operation');
}

/** Two creations at once. */
export function checkLock(call: Call): void {
  if (call.world.isLocked(call.now, call.switches.lockMs))
    throw new Refusal(500, 'could not acquire lock within duration');
}
