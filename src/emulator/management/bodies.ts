import { isIP } from 'node:net';
import * as z from 'zod';

/** What the bodies of requests must look like. Fields that are not named are ignored at v1 and refused at v2. */

const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'is not a UUID')
  .transform((id) => id.toLowerCase());
const name = z.string().min(1, 'is empty');
const size = z.string().regex(/^S-(?:00|[0-9]|[1-9][0-9]+)$/, 'is not a size such as S-00 or S-2');
const cacheConfig = z.union([z.literal(1), z.literal(2), z.literal(4)], 'must be 1, 2 or 4');
const scaleFactor = z.union([z.literal(1), z.literal(2), z.literal(4)], 'must be 1, 2 or 4');

const range = z.string().refine(isRange, 'is not a range of addresses such as 192.0.2.0/24');

function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const updateWindow = z.object({ day: z.int().min(0).max(6), hour: z.int().min(0).max(23) });
const autoSuspend = z
  .object({
    suspendType: z.enum(['IDLE', 'SCHEDULED', 'DISABLED']),
    suspendAfterSeconds: z.number().positive().optional(),
  })
  .refine(
    ({ suspendType, suspendAfterSeconds }) => suspendType === 'DISABLED' || suspendAfterSeconds !== undefined,
    'needs suspendAfterSeconds',
  );
const autoScale = z.object({
  maxScaleFactor: z.union([z.literal(1), z.literal(2), z.literal(4)]).optional(),
  sensitivity: z.enum(['LOW', 'NORMAL', 'HIGH']).optional(),
});
const deploymentType = z.enum(['PRODUCTION', 'NON-PRODUCTION']);
const password = z.string();

const GROUP_SETTINGS = {
  allowAllTraffic: z.boolean().optional(),
  adminPassword: password.optional(),
  expiresAt: z.string().optional(),
  updateWindow: updateWindow.optional(),
  deploymentType: deploymentType.optional(),
  optInPreviewFeature: z.boolean().optional(),
};

export const GROUP_CREATE = z.object({
  name,
  firewallRanges: z.array(range),
  regionID: uuid.optional(),
  provider: z.string().optional(),
  regionName: z.string().optional(),
  projectID: uuid.optional(),
  backupBucketKMSKeyID: z.string().optional(),
  dataBucketKMSKeyID: z.string().optional(),
  smartDR: z.boolean().optional(),
  highAvailabilityTwoZones: z.boolean().optional(),
  ...GROUP_SETTINGS,
});

export const GROUP_UPDATE = z.object({
  name: name.optional(),
  firewallRanges: z.array(range).optional(),
  ...GROUP_SETTINGS,
});

const WORKSPACE_SETTINGS = {
  cacheConfig: cacheConfig.optional(),
  enableKai: z.boolean().optional(),
  scaleFactor: scaleFactor.optional(),
  autoScale: autoScale.optional(),
  autoSuspend: autoSuspend.optional(),
  deploymentType: deploymentType.optional(),
};

export const WORKSPACE_CREATE = z.object({
  name,
  workspaceGroupID: uuid,
  size: size.default('S-00'),
  ...WORKSPACE_SETTINGS,
});
export const WORKSPACE_UPDATE = z.object({ size: size.optional(), ...WORKSPACE_SETTINGS });
export const WORKSPACE_RESUME = z.object({ disableAutoSuspend: z.boolean().default(false) });

const sizeConfig = z.union([
  z.object({ size: size.optional(), scaleFactor: scaleFactor.optional() }),
  size.transform((each) => ({ size: each, scaleFactor: undefined })),
]);
const CLUSTER_SETTINGS = {
  sizeConfig: sizeConfig.optional(),
  size: sizeConfig.optional(),
  kai: z.boolean().optional(),
  cacheConfig: cacheConfig.optional(),
  autoScale: autoScale.optional(),
  autoSuspend: autoSuspend.optional(),
  ...GROUP_SETTINGS,
};

export const CLUSTER_CREATE = z.object({
  name: z
    .string()
    .max(32)
    .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'may have small letters, digits and hyphens between them'),
  projectID: uuid,
  firewallRanges: z.array(range),
  provider: z.string(),
  region: z.string(),
  multiAZ: z.boolean().optional(),
  ...CLUSTER_SETTINGS,
});
export const CLUSTER_UPDATE = z.object({
  name: z.string().optional(),
  firewallRanges: z.array(range).optional(),
  ...CLUSTER_SETTINGS,
});

export const CONNECTION_CREATE = z.object({
  workspaceGroupID: uuid,
  workspaceID: uuid.optional(),
  type: z.enum(['INBOUND', 'OUTBOUND']).default('INBOUND'),
  serviceName: z.string().optional(),
  allowList: z.string().optional(),
  kaiEndpointID: z.string().optional(),
});
export const CONNECTION_UPDATE = z.object({ allowList: z.string().optional() });

export const REPLICATION_SETUP = z.object({
  regionID: uuid,
  databaseNames: z.array(z.string().min(1)).min(1, 'names no database'),
  autoReplication: z.boolean().optional(),
});

export const STARTER_CREATE = z.object({
  name,
  databaseName: name,
  provider: z.string().optional(),
  regionName: z.string().optional(),
  projectID: uuid.optional(),
  /** As earlier clients named the place. */
  workspaceGroup: z.object({ cellID: z.string().optional() }).optional(),
});
export const STARTER_USER_CREATE = z.object({ userName: name, password: password.optional() });
export const STARTER_USER_UPDATE = z.object({ password });

export const PROJECT_CREATE = z.object({
  name,
  edition: z.enum(['SHARED', 'STANDARD', 'ENTERPRISE', 'PREMIUM', 'DEDICATED']).default('STANDARD'),
});
export const PROJECT_UPDATE = z.object({ name: name.optional() });

export const SECRET_CREATE = z.object({ name, value: z.string() });
export const SECRET_UPDATE = z.object({ value: z.string() });

export const JOB_CREATE = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  executionConfig: z.object({
    notebookPath: z.string().min(1, 'is empty'),
    createSnapshot: z.boolean(),
    runtimeName: z.string().optional(),
    maxAllowedExecutionDurationInMinutes: z.number().positive().optional(),
  }),
  schedule: z
    .object({
      mode: z.enum(['Once', 'Recurring']),
      startAt: z.string().optional(),
      executionIntervalInMinutes: z.number().positive().optional(),
    })
    .refine(
      ({ mode, executionIntervalInMinutes }) => mode === 'Once' || executionIntervalInMinutes !== undefined,
      'needs executionIntervalInMinutes',
    ),
  targetConfig: z
    .object({
      databaseName: z.string().optional(),
      resumeTarget: z.boolean().optional(),
      targetID: uuid,
      targetType: z.enum(['Workspace', 'Cluster', 'VirtualWorkspace', 'VirtualCluster']),
    })
    .optional(),
  parameters: z
    .array(z.object({ name: z.string(), type: z.string().optional(), value: z.unknown() }))
    .optional(),
  poolName: z.string().optional(),
});

export const USAGE_SIMULATE = z.object({
  resources: z
    .array(
      z.object({
        size,
        scaleFactor: scaleFactor.default(1),
        edition: z.string().optional(),
        from: z.string(),
        to: z.string(),
      }),
    )
    .min(1, 'names nothing'),
});
