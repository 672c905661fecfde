import type { Operation } from '../operation.ts';
import { ORGANIZATION } from '../world/organization.ts';
import { regionJson, regionNameJson, REGIONS } from '../world/regions.ts';

export const ORGANIZATIONS: readonly Operation[] = (['v1', 'v2'] as const).flatMap((version): Operation[] => [
  {
    method: 'GET',
    path: `/${version}/organizations/current`,
    area: 'organization',
    operation: 'get',
    work: () => ORGANIZATION,
  },
  {
    method: 'GET',
    path: `/${version}/regions`,
    area: 'regions',
    operation: 'list',
    fields: true,
    work: () => REGIONS.map(version === 'v1' ? regionJson : regionNameJson),
  },
  {
    method: 'GET',
    path: `/${version}/regions/sharedtier`,
    area: 'regions',
    operation: 'listSharedTier',
    fields: true,
    work: () => REGIONS.map(regionNameJson),
  },
]);
