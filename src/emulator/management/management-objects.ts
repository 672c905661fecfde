import { DEFAULT_REGION } from './deployments.ts';
import type { DeploymentRow } from './deployments.ts';

/** One made-up region on each provider; the first is the default. */
export const REGIONS = [
  { regionID: DEFAULT_REGION, region: 'US East 1 (N. Virginia)', provider: 'AWS', regionName: 'us-east-1' },
  {
    regionID: '7b1f0c52-9d3e-4c1a-a6f4-0e8c2d5b7a21',
    region: 'US Central 1 (Iowa)',
    provider: 'GCP',
    regionName: 'us-central1',
  },
  {
    regionID: 'a90d4e17-5c68-4f0b-9e2d-3b6a1c8f7d32',
    region: 'East US 1 (Virginia)',
    provider: 'Azure',
    regionName: 'eastus',
  },
] as const;

export const ORGANIZATION = {
  orgID: '5f2c9d1e-8a47-4b36-b0d2-6e1f3a9c7b54',
  name: 'embedded',
  firewallRanges: [],
};

/** v2 knows a region by its provider and name alone. */
export const withoutId = ({ region, provider, regionName }: (typeof REGIONS)[number]): object => ({
  region,
  provider,
  regionName,
});

/** What holds clusters at v2. */
export const PROJECT = {
  projectID: '8d3f6b20-1c5e-4a97-8b4d-2f7e9c1a6d05',
  name: 'default',
  edition: 'STANDARD',
  createdAt: '2026-01-01T00:00:00Z',
};

/** By ID (v1), or by name and provider (v2); the default when neither is given. */
export function regionOf(
  id: unknown,
  name: unknown,
  provider: unknown,
): (typeof REGIONS)[number] | undefined {
  if (id === undefined && name === undefined) return REGIONS[0];
  return REGIONS.find(
    (region) =>
      (id === undefined || region.regionID === id) &&
      (name === undefined || region.regionName === name || region.region === name) &&
      (provider === undefined ||
        (typeof provider === 'string' && region.provider.toLowerCase() === provider.toLowerCase())),
  );
}

/** v1: a workspace group. */
export function groupOf(row: DeploymentRow): object {
  return {
    workspaceGroupID: row.id,
    name: row.name,
    regionID: row.region,
    firewallRanges: [],
    allowAllTraffic: true,
    updateWindow: { day: 0, hour: 0 },
    ...lifeOf(row),
  };
}

/** v2: a cluster; null fields are left out. */
export function clusterOf(row: DeploymentRow): object {
  const region = regionOf(row.region, undefined, undefined) ?? REGIONS[0];
  return {
    clusterID: row.id,
    name: row.name,
    provider: region.provider,
    region: region.regionName,
    size: { size: 'S-00', scaleFactor: 1 },
    firewallRanges: [],
    allowAllTraffic: true,
    ...lifeOf(row),
  };
}

/** v1: a starter workspace. */
export const starterOf = (row: DeploymentRow): object => ({ virtualWorkspaceID: row.id, ...sharedOf(row) });

/** v2: a starter cluster. */
export const virtualClusterOf = (row: DeploymentRow): object => ({
  virtualClusterID: row.id,
  ...sharedOf(row),
});

const sharedOf = (row: DeploymentRow): object => ({ name: row.name, databaseName: row.name, ...lifeOf(row) });

function lifeOf(row: DeploymentRow): object {
  return {
    state: row.terminated === null ? 'ACTIVE' : 'TERMINATED',
    createdAt: isoTime(row.created),
    ...(row.terminated !== null && { terminatedAt: isoTime(row.terminated) }),
  };
}

const isoTime = (micros: number): string => new Date(micros / 1000).toISOString();
