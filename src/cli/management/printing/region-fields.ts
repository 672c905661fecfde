import type { Field } from './fields.ts';

export const REGION_FIELDS: readonly Field[] = [
  { key: 'provider', isListed: true },
  { key: 'region', isListed: true },
  { key: 'regionName', title: 'NAME', isListed: true },
  { key: 'regionID', title: 'ID', isListed: true },
];
