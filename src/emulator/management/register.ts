import { BILLING } from './areas/billing.ts';
import { CLUSTERS } from './areas/compute/clusters.ts';
import { CONNECTIONS } from './areas/connections.ts';
import { DISASTER_RECOVERY } from './areas/disaster-recovery.ts';
import { GROUPS } from './areas/compute/groups.ts';
import { JOBS } from './areas/jobs.ts';
import { METRICS } from './areas/metrics.ts';
import { ORGANIZATIONS } from './areas/organization.ts';
import { PROJECTS } from './areas/projects.ts';
import { STARTERS } from './areas/compute/starters.ts';
import { WORKSPACES } from './areas/compute/workspaces.ts';
import { SECRETS } from './areas/secrets.ts';
import type { Operation } from './operation.ts';

/** Every operation of the Management API that the embedded service answers; Stage's own routes are beside it. */
export const OPERATIONS: readonly Operation[] = [
  ...ORGANIZATIONS,
  ...GROUPS,
  ...WORKSPACES,
  ...CONNECTIONS,
  ...DISASTER_RECOVERY,
  ...BILLING,
  ...METRICS,
  ...CLUSTERS,
  ...STARTERS,
  ...PROJECTS,
  ...SECRETS,
  ...JOBS,
];
