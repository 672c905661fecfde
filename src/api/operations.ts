import type { OperationHead } from './operation.ts';
import { billing } from './resources/billing.ts';
import { metrics } from './resources/metrics.ts';
import { organizations } from './resources/organizations.ts';
import { privateConnections } from './resources/private-connections.ts';
import { regions } from './resources/regions.ts';
import { stage } from './resources/stage.ts';
import { groupStorageDR, workspaceStorageDR } from './resources/storage-dr.ts';
import { workspaceGroups } from './resources/workspace-groups.ts';
import { workspaces } from './resources/workspaces.ts';

/** The 43 operations of the Management API, version 1.1.58, by resource. docs/api.md shows them as one table. */
export const OPERATIONS = {
  billing,
  organizations,
  regions,
  privateConnections,
  stage,
  workspaceGroups,
  groupStorageDR,
  workspaces,
  workspaceStorageDR,
  metrics,
} as const satisfies Readonly<Record<string, Readonly<Record<string, OperationHead>>>>;
