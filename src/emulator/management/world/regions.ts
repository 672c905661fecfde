/** The regions of the embedded service. The first is the default of what is made without naming one. */
export interface Region {
  readonly regionID: string;
  /** As people read it. */
  readonly region: string;
  readonly provider: 'AWS' | 'GCP' | 'Azure';
  /** As the provider calls it. */
  readonly regionName: string;
}

export const DEFAULT_REGION = '64031b98-3f0e-4a4b-8f3c-5d2b7c1e9a10';

const region = (
  regionID: string,
  name: string,
  provider: Region['provider'],
  regionName: string,
): Region => ({
  regionID,
  region: name,
  provider,
  regionName,
});

export const REGIONS: readonly [Region, ...Region[]] = [
  region(DEFAULT_REGION, 'US East 1 (N. Virginia)', 'AWS', 'us-east-1'),
  region('7b1f0c52-9d3e-4c1a-a6f4-0e8c2d5b7a21', 'US Central 1 (Iowa)', 'GCP', 'us-central1'),
  region('a90d4e17-5c68-4f0b-9e2d-3b6a1c8f7d32', 'East US 1 (Virginia)', 'Azure', 'eastus'),
  region('1e5b7d38-2a4f-4d96-b0c3-7f9e6a8d1c43', 'US West 2 (Oregon)', 'AWS', 'us-west-2'),
  region('c3f8a926-7d1b-4e05-8a9f-4b2d0e6c5f54', 'Europe West 1 (Ireland)', 'AWS', 'eu-west-1'),
  region('58d2e6b4-0f9c-4a73-9d1e-8c5a7b3f2e65', 'Europe West 2 (London)', 'GCP', 'europe-west2'),
  region('e7a4c1f0-6b3d-4582-b7e9-1d0f9c8a4b76', 'West Europe (Netherlands)', 'Azure', 'westeurope'),
];

export interface RegionNames {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly provider?: string | undefined;
}

/** By ID, or by name and provider in any case. Undefined when none fits, or when neither is given. */
export function findRegion({ id, name, provider }: RegionNames): Region | undefined {
  if (id === undefined && name === undefined) return undefined;
  return REGIONS.find(
    (each) =>
      (id === undefined || each.regionID === id.toLowerCase()) &&
      (name === undefined || each.regionName === name || each.region === name) &&
      (provider === undefined || each.provider.toLowerCase() === provider.toLowerCase()),
  );
}

export const regionById = (id: string): Region => findRegion({ id }) ?? REGIONS[0];

/** v1: the seed's fields and, as the service has them now, the provider's name. */
export const regionJson = (each: Region): object => each;

/** v2, and the shared tier: a region is known by its provider and name alone. */
export const regionNameJson = ({ region: name, provider, regionName }: Region): object => ({
  region: name,
  provider,
  regionName,
});
