import type { OperationHead } from './operation.ts';
import { billing } from './resources/billing.ts';
import { clusters } from './resources/clusters.ts';
import { metrics } from './resources/metrics.ts';
import { organizations } from './resources/organizations.ts';
import { privateConnections } from './resources/private-connections.ts';
import { projects } from './resources/projects.ts';
import { regions } from './resources/regions.ts';
import { secrets } from './resources/secrets.ts';
import { stage } from './resources/stage.ts';
import { starters, startersV2 } from './resources/starters.ts';
import { groupStorageDR, workspaceStorageDR } from './resources/storage-dr.ts';
import { workspaceGroups } from './resources/workspace-groups.ts';
import { workspaces } from './resources/workspaces.ts';

const { simulate, ...billingUsage } = billing;
const { sharedTier, ...regionsOfText } = regions;

/** The 43 operations of the Management API, version 1.1.58, by resource. docs/api.md shows them as one table. */
export const OPERATIONS = {
  billing: billingUsage,
  organizations,
  regions: regionsOfText,
  privateConnections,
  stage,
  workspaceGroups,
  groupStorageDR,
  workspaces,
  workspaceStorageDR,
  metrics,
} as const satisfies Readonly<Record<string, Readonly<Record<string, OperationHead>>>>;

/** Of later versions, what is wanted most. Any other is within reach of `stagesync api METHOD PATH`. */
export const LATER_OPERATIONS = {
  billing: { simulate },
  regions: { sharedTier },
  starters,
  startersV2,
  secrets,
  projects,
  clusters,
} as const satisfies Readonly<Record<string, Readonly<Record<string, OperationHead>>>>;

/** All of them, to be called: `api.call(operations.workspaces.get, { workspaceID })`. */
export const operations = {
  billing,
  organizations,
  regions,
  privateConnections,
  workspaceGroups,
  groupStorageDR,
  workspaces,
  workspaceStorageDR,
  metrics,
  starters,
  startersV2,
  secrets,
  projects,
  clusters,
} as const;
