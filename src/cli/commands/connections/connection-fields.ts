import type { Field } from '../../management/printing/fields.ts';

export const CONNECTION_FIELDS: readonly Field[] = [
  { key: 'privateConnectionID', title: 'ID', isListed: true },
  { key: 'type', isListed: true },
  { key: 'status', isListed: true },
  { key: 'serviceName', title: 'SERVICE', isListed: true },
  { key: 'allowList', title: 'ALLOWED', isListed: true },
  { key: 'outboundAllowList', title: 'OUTBOUND' },
  { key: 'endpoint' },
  { key: 'sqlPort', title: 'SQL PORT' },
  { key: 'websocketsPort', title: 'WEBSOCKETS PORT' },
  { key: 'workspaceGroupID', title: 'GROUP ID' },
  { key: 'workspaceID', title: 'WORKSPACE ID' },
  { key: 'createdAt', title: 'CREATED' },
  { key: 'activeAt', title: 'ACTIVE SINCE' },
  { key: 'updatedAt', title: 'UPDATED' },
  { key: 'deletedAt', title: 'DELETED' },
];
