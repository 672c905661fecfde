import { Refusal } from '../../http/refusal.ts';
import { REPLICATION_SETUP } from '../bodies.ts';
import type { Call, Operation } from '../operation.ts';
import { disasterRecoveryAt } from '../timeline/disaster-recovery-timeline.ts';
import type {
  DisasterRecoveryOperation,
  DisasterRecoveryView,
  LatestOperation,
} from '../timeline/disaster-recovery-timeline.ts';
import { findRegion, regionById, regionJson, REGIONS } from '../world/regions.ts';
import type { GroupNow } from '../world/world.ts';
import { livingGroup, noSuchWorkspace, workspaceOf } from './refusals.ts';

/**
 * Storage DR: seven operations that name a group, and the same seven that name one of its workspaces. One ID serves
 * before and after a failover: there is no second group in the other region.
 */
const THROUGH: readonly { prefix: string; suffix: string; group: (call: Call) => GroupNow }[] = [
  {
    prefix: '/v1/workspaceGroups/{workspaceGroupID}',
    suffix: '',
    group: (call) => livingGroup(call, call.id('workspaceGroupID')),
  },
  { prefix: '/v1/workspaces/{workspaceID}', suffix: 'OfWorkspace', group: groupOfWorkspace },
];

const PATCHES = {
  failover: 'Failover',
  failback: 'Failback',
  startPreProvision: 'PreProvisionStart',
  stopPreProvision: 'PreProvisionStop',
} as const satisfies Record<string, DisasterRecoveryOperation>;

export const DISASTER_RECOVERY: readonly Operation[] = THROUGH.flatMap(({ prefix, suffix, group }) => {
  const at = (
    method: Operation['method'],
    name: string,
    work: (call: Call, group: GroupNow) => unknown,
    more: Partial<Operation> = {},
  ): Operation => ({
    method,
    path: `${prefix}/storage/DR/${name}`,
    area: 'disasterRecovery',
    operation: name + suffix,
    work: (call) => work(call, group(call)),
    ...more,
  });
  return [
    at('GET', 'regions', regions, { fields: true }),
    at('POST', 'setup', setUp),
    at('GET', 'status', status),
    ...Object.entries(PATCHES).map(([name, operation]) =>
      at('PATCH', name, (call, each) => recover(call, each, operation)),
    ),
  ];
});

function groupOfWorkspace(call: Call): GroupNow {
  const { resource, view, group } = workspaceOf(call, call.id('workspaceID'));
  if (view.phase === 'terminated') throw noSuchWorkspace(resource.id);
  return group;
}

/** The other ones of the same provider. */
function regions(_call: Call, { resource }: GroupNow): readonly object[] {
  const own = regionById(resource.settings.regionID);
  return REGIONS.filter((each) => each.provider === own.provider && each !== own).map(regionJson);
}

function setUp(call: Call, { resource, view }: GroupNow): undefined {
  const { regionID, databaseNames: databases } = call.body(REPLICATION_SETUP);
  const own = regionById(resource.settings.regionID);
  const region = findRegion({ id: regionID });
  if (region === undefined || region === own || region.provider !== own.provider)
    throw new Refusal(400, 'regionID: storage cannot be copied to this region');
  if (view.phase !== 'active') throw new Refusal(400, 'the workspace group is not active');
  if (disasterRecoveryAt(resource.history, call.now) !== undefined)
    throw new Refusal(400, 'storage DR is set up already');
  const done = call.now + call.switches.recoveryMs;
  call.world.resources.update(resource, {
    events: [{ at: call.now, did: 'setUpReplication', done, region: region.regionID, databases }],
  });
  return undefined;
}

function recover(call: Call, group: GroupNow, operation: DisasterRecoveryOperation): undefined {
  const state = recoveryOf(call, group);
  const why = hindrance(state, operation);
  if (why !== undefined) throw new Refusal(400, why);
  const workspaces = call.world.workspacesOf(group, call.now);
  call.world.resources.update(group.resource, {
    events: [
      {
        at: call.now,
        did: 'recover',
        operation,
        done: call.now + call.switches.recoveryMs,
        ends: call.switches.recoveryEnds,
        workspaces: workspaces.filter(({ view }) => view.phase !== 'terminated').length,
      },
    ],
  });
  return undefined;
}

/** Why an operation cannot be begun; undefined when it can. */
function hindrance(state: DisasterRecoveryView, operation: DisasterRecoveryOperation): string | undefined {
  const { latest, isFailedOver, isProvisioned, duplication } = state;
  if (latest?.state === 'Active') return `${latest.operation} is under way`;
  if (duplication === 'Pending') return 'the databases are not copied yet';
  if (operation === 'Failover' && isFailedOver) return 'the second region is in use already';
  if (operation === 'Failback' && !isFailedOver) return 'the first region is in use already';
  if (operation === 'PreProvisionStart' && isProvisioned) return 'the second region is provisioned already';
  if (operation === 'PreProvisionStop' && !isProvisioned) return 'the second region is not provisioned';
  return undefined;
}

function status(call: Call, group: GroupNow): object {
  const state = recoveryOf(call, group);
  const { region } = regionById(state.region);
  return {
    compute: computeJson(state.latest),
    storage: state.databases.map((databaseName) => ({
      databaseName,
      region,
      duplicationState: state.duplication,
    })),
  };
}

/** Before the first operation: nothing is provisioned. */
const NOTHING_YET: LatestOperation = {
  operation: 'PreProvisionStop',
  state: 'Completed',
  completedWorkspaces: 0,
  totalWorkspaces: 0,
  completedAttachments: 0,
  totalAttachments: 0,
};

function computeJson(latest: LatestOperation = NOTHING_YET): object {
  const { operation, state, ...counts } = latest;
  return { storageDRType: operation, storageDRState: state, ...counts };
}

function recoveryOf(call: Call, { resource }: GroupNow): DisasterRecoveryView {
  const state = disasterRecoveryAt(resource.history, call.now);
  if (state === undefined) throw new Refusal(400, 'storage DR is not set up');
  return state;
}
