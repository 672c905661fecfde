import { describe, expect, test } from 'vitest';
import {
  deploymentOfCluster,
  deploymentOfGroup,
  deploymentOfStarter,
} from '../../../src/api/deployments/deployment.ts';
import { cluster } from '../../../src/api/resources/clusters.ts';
import { starter, virtualCluster } from '../../../src/api/resources/starters.ts';
import { workspaceGroup } from '../../../src/api/resources/workspace-groups.ts';
import { workspace } from '../../../src/api/resources/workspaces.ts';

/** The same deployment, as each version of the API shows it. */
const AS_V1 = deploymentOfGroup(
  workspaceGroup.parse({
    workspaceGroupID: 'g',
    name: 'prod',
    state: 'ACTIVE',
    createdAt: '2026-10-01T00:00:00Z',
    regionID: 'r',
    regionName: 'us-east-1',
    provider: 'AWS',
    firewallRanges: ['10.0.0.0/8'],
    allowAllTraffic: false,
  }),
  [
    workspace.parse({
      workspaceID: 'w',
      workspaceGroupID: 'g',
      name: 'prod',
      state: 'ACTIVE',
      size: 'S-1',
      scaleFactor: '2',
      createdAt: '2026-10-01T00:00:00Z',
      endpoint: 'svc-1',
      autoSuspend: { suspendType: 'IDLE', idleAfterSeconds: 1200 },
    }),
  ],
);
const CLUSTER = {
  clusterID: 'c',
  name: 'prod',
  state: 'active',
  createdAt: '2026-10-01T00:00:00Z',
  region: 'us-east-1',
  provider: 'AWS',
  firewallRanges: ['10.0.0.0/8'],
  endpoint: 'svc-1',
  autoSuspend: { suspendType: 'IDLE', suspendAfterSeconds: 1200 },
};

describe('one model', () => {
  test.each<[string, object]>([
    ['size', { size: { size: 'S-1', scaleFactor: 2 } }],
    ['sizeConfig', { sizeConfig: { size: 'S-1', scaleFactor: 2 } }],
  ])('shows a group with its workspace as it shows a cluster, whose size is under %s', (_, more) => {
    const asV2 = deploymentOfCluster(cluster.parse({ ...CLUSTER, ...more }));
    const { computes, ...rest } = asV2;
    expect({ ...rest, id: 'g', kind: 'workspace_group' }).toEqual({ ...AS_V1, computes: undefined });
    expect(computes.map((each) => ({ ...each, id: 'w' }))).toEqual(AS_V1.computes);
  });

  test('has words for what a version leaves out', () => {
    const bare = deploymentOfGroup(workspaceGroup.parse({ workspaceGroupID: 'g', name: 'n', state: '' }), []);
    expect(bare).toMatchObject({ state: undefined, region: undefined, firewall: undefined, computes: [] });
    const named = { workspaceGroupID: 'g', name: 'n', state: 'X', regionID: 'r', allowAllTraffic: true };
    const open = deploymentOfGroup(workspaceGroup.parse(named), []);
    expect(open).toMatchObject({ region: 'r', firewall: { isOpen: true, ranges: [] } });
  });

  test.each([null, undefined, {}, { suspendType: 'DISABLED' }])(
    'reads auto-suspend %j as none',
    (autoSuspend) => {
      const row = workspace.parse({ workspaceID: 'w', name: 'n', state: 'ACTIVE', autoSuspend });
      const group = workspaceGroup.parse({ workspaceGroupID: 'g', name: 'n', state: 'ACTIVE' });
      expect(deploymentOfGroup(group, [row]).computes[0]?.autoSuspend).toBeUndefined();
    },
  );

  test('shows a starter workspace of either version alike', () => {
    const more = { name: 's', endpoint: 'svc:3333', databaseName: 'd' };
    const one = deploymentOfStarter(starter.parse({ virtualWorkspaceID: 'x', ...more }));
    expect(one).toMatchObject({ id: 'x', kind: 'starter_workspace', computes: [{ endpoint: 'svc:3333' }] });
    expect(deploymentOfStarter(virtualCluster.parse({ virtualClusterID: 'x', ...more }))).toEqual(one);
  });
});
