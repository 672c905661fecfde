import type { SharedFlags } from './run.ts';

/** A workspace group, as far as its Stage's address needs it. */
export interface GroupRef {
  readonly workspaceGroupID: string;
  readonly name: string;
}

/** Names that stand in an address as they are. */
const PLAIN = /^[A-Za-z0-9][\w.-]*$/;

/**
 * The address of a group's Stage for sync, ls and cat; with the ID where the name would be read otherwise. Of the embedded
 * plane, only the group `local` can be reached by an address.
 */
export function stageAddress(
  { flags }: { readonly flags: Pick<SharedFlags, 'local'> },
  group: GroupRef,
): string | undefined {
  const { name, workspaceGroupID } = group;
  if (flags.local === true) return name === 'local' ? 'stage://local/' : undefined;
  return `stage://${PLAIN.test(name) && name !== 'local' ? name : workspaceGroupID}/`;
}
