import { describeCall } from '../call.ts';
import type { AnyInput, Operation } from '../operation.ts';
import { LOOK_UPS } from '../repeats/look-ups.ts';
import { type Look, progressOf } from '../repeats/look-up.ts';
import { firewall } from '../repeats/updates.ts';
import { clusters } from '../resources/clusters.ts';
import { privateConnections } from '../resources/private-connections.ts';
import { groupStorageDR, workspaceStorageDR } from '../resources/storage-dr.ts';
import { starters, startersV2 } from '../resources/starters.ts';
import { workspaceGroups } from '../resources/workspace-groups.ts';
import { workspaces } from '../resources/workspaces.ts';
import { type Awaited, inState } from './awaited.ts';
import { databasesReplicated, moveCompleted } from './storage-dr.ts';

type Row = Readonly<Record<string, unknown>>;

/** What a change was, for what is to be waited for. */
interface Made {
  readonly input: AnyInput;
  readonly reply: Row;
  readonly what: string;
}

/** Reads the thing again: its ID is in the path, or in the reply to its creation. What was named is never another one. */
const thing =
  (operation: Operation, idKey: string, parameter: string = idKey) =>
  ({ input, reply }: Made): Look => ({
    operation,
    input: { [parameter]: input[parameter] ?? reply[idKey] },
  });

const group = thing(workspaceGroups.get, 'workspaceGroupID');
const workspace = thing(workspaces.get, 'workspaceID');
const connection = thing(privateConnections.get, 'privateConnectionID', 'connectionID');
const cluster = thing(clusters.get, 'clusterID');
const starter = thing(starters.get, 'virtualWorkspaceID');
const virtualCluster = thing(startersV2.get, 'virtualClusterID');

const state =
  (look: (made: Made) => Look, word: string, also?: (made: Made) => (shown: Row) => boolean) =>
  (made: Made): Awaited =>
    inState({ what: made.what, look: look(made), state: word, also: also?.(made) });

/** What was asked for shows, and nothing is under way any more. What does not show at all is not waited for. */
const asAsked = (operation: Operation) => (made: Made) => (shown: Row) => {
  if (progressOf(shown) !== undefined) return false;
  const asked = Object.entries((made.input['body'] ?? {}) as Row);
  const visible = asked.filter(
    ([key]) => key !== 'expiresAt' && (SHOWS_LATE.has(key) || (shown[key] ?? null) !== null),
  );
  const input = { ...made.input, body: Object.fromEntries(visible) };
  return LOOK_UPS.get(operation)?.decide({ input, shown, before: undefined, inDoubt: true }).is === 'done';
};

/** Ranges are null for a while after a change; the size of a cluster shows under another name. */
const SHOWS_LATE: ReadonlySet<string> = new Set(['firewallRanges', 'sizeConfig']);

/** Ranges show late: a group can be ACTIVE without them. */
const firewallShows =
  ({ input }: Made) =>
  (shown: Row): boolean => {
    const { firewallRanges, allowAllTraffic } = (input['body'] ?? {}) as Row;
    return allowAllTraffic === true
      ? shown['allowAllTraffic'] === true
      : firewall(firewallRanges ?? [], shown);
  };

const AFTER: ReadonlyMap<Operation, (made: Made) => Awaited> = new Map<Operation, (made: Made) => Awaited>([
  [workspaceGroups.create, state(group, 'ACTIVE', firewallShows)],
  [workspaceGroups.update, state(group, 'ACTIVE', asAsked(workspaceGroups.update))],
  [workspaceGroups.terminate, state(group, 'TERMINATED')],
  [workspaces.create, state(workspace, 'ACTIVE')],
  [workspaces.update, state(workspace, 'ACTIVE', asAsked(workspaces.update))],
  [workspaces.suspend, state(workspace, 'SUSPENDED')],
  [workspaces.resume, state(workspace, 'ACTIVE')],
  [workspaces.terminate, state(workspace, 'TERMINATED')],
  [clusters.create, state(cluster, 'ACTIVE', firewallShows)],
  [clusters.update, state(cluster, 'ACTIVE', asAsked(clusters.update))],
  [clusters.suspend, state(cluster, 'SUSPENDED')],
  [clusters.resume, state(cluster, 'ACTIVE')],
  [clusters.terminate, state(cluster, 'TERMINATED')],
  [starters.create, state(starter, 'ACTIVE')],
  [starters.terminate, state(starter, 'TERMINATED')],
  [startersV2.create, state(virtualCluster, 'ACTIVE')],
  [startersV2.terminate, state(virtualCluster, 'TERMINATED')],
  [privateConnections.create, state(connection, 'ACTIVE')],
  [privateConnections.delete, state(connection, 'DELETED')],
  ...[groupStorageDR, workspaceStorageDR].flatMap((dr) => {
    // the status has the path of the change
    const look = ({ input }: Made): Look => ({ operation: dr.status, input });
    const move =
      (type: string) =>
      (made: Made): Awaited =>
        moveCompleted({ what: made.what, look: look(made), type });
    return [
      [dr.setup, (made: Made) => databasesReplicated({ ...made, look: look(made) })],
      [dr.failover, move('Failover')],
      [dr.failback, move('Failback')],
      [dr.startPreProvision, move('PreProvisionStart')],
      [dr.stopPreProvision, move('PreProvisionStop')],
    ] as const;
  }),
]);

export interface ChangeMade<Input = AnyInput> {
  readonly input: Input;
  readonly reply: unknown;
  /** 'workspace etl', where the caller knows a better name than the ID. */
  readonly what?: string | undefined;
}

/**
 * What shows that a change has come to its end; undefined where it is at its end when the reply comes. The reply to a
 * change is only that it has begun.
 */
export function awaitedAfter(
  operation: Operation,
  { input, reply, what }: ChangeMade<object>,
): Awaited | undefined {
  const given = input as AnyInput;
  return AFTER.get(operation)?.({
    input: given,
    reply: (reply ?? {}) as Row,
    what: what ?? describeCall(operation, given).path,
  });
}
