import type { Workspace } from '../../../api/resources/workspaces.ts';
import { plainText, type Field, type Row } from '../../management/printing/fields.ts';
import type { Run } from '../../management/run.ts';
import { stageAddress, type GroupRef } from '../../management/stage-address.ts';

/** A workspace as it is shown: with its group's name, and the address of its Stage. */
export const shownWorkspace = (
  run: Pick<Run, 'flags'>,
  workspace: Workspace,
  group: GroupRef | undefined,
): Row => ({
  ...workspace,
  ...(group !== undefined && { workspaceGroupName: group.name, stage: stageAddress(run, group) }),
});

export const WORKSPACE_FIELDS: readonly Field[] = [
  { key: 'name', isListed: true },
  { key: 'state', isListed: true },
  { key: 'size', isListed: true },
  { key: 'workspaceGroupName', title: 'GROUP', isListed: true },
  { key: 'endpoint', isListed: true },
  { key: 'workspaceID', title: 'ID', isListed: true },
  { key: 'stage' },
  {
    key: 'scalingProgress',
    title: 'SCALING',
    text: (value) => (typeof value === 'number' ? `${value}%` : undefined),
  },
  { key: 'autoSuspend', title: 'AUTO-SUSPEND', text: autoSuspendText },
  {
    key: 'cacheConfig',
    title: 'CACHE',
    text: (value) => (typeof value === 'number' ? `x${value}` : undefined),
  },
  { key: 'kaiEnabled', title: 'KAI' },
  { key: 'deploymentType', title: 'TYPE' },
  { key: 'scaleFactor', title: 'SCALE FACTOR' },
  { key: 'autoScale', title: 'AUTO-SCALE' },
  { key: 'createdAt', title: 'CREATED' },
  { key: 'lastResumedAt', title: 'LAST RESUMED' },
  { key: 'resumeAttachments', title: 'DATABASES', text: attachmentsText },
  { key: 'terminatedAt', title: 'TERMINATED' },
];

/** 'after 20m without use', 'at 2026-12-01T18:00:00Z', 'off'. An empty object is how the service says off. */
export function autoSuspendText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const { suspendType, suspendAfterSeconds, idleAfterSeconds, scheduledAfterSeconds, scheduledSuspendAt } =
    value as NonNullable<Workspace['autoSuspend']>;
  const seconds = idleAfterSeconds ?? suspendAfterSeconds ?? scheduledAfterSeconds;
  const word = suspendType?.toUpperCase();
  if (word === 'IDLE')
    return typeof seconds !== 'number' ? 'when idle' : `after ${secondsText(seconds)} without use`;
  if (word === 'SCHEDULED')
    return typeof scheduledSuspendAt === 'string'
      ? `at ${scheduledSuspendAt}`
      : `${secondsText(seconds ?? 0)} after it was set`;
  return word === undefined || word === 'DISABLED' ? 'off' : plainText(value);
}

function secondsText(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

function attachmentsText(value: unknown): string | undefined {
  const attachments = (value ?? []) as NonNullable<Workspace['resumeAttachments']>;
  if (attachments.length === 0) return undefined;
  return attachments
    .map(({ database, attachment, success, error }) =>
      success === false
        ? `${database} NOT ATTACHED${typeof error === 'string' ? ` (${error})` : ''}`
        : `${database}${attachment === 'READONLY' ? ' (read only)' : ''}`,
    )
    .join(', ');
}
