import type { Workspace } from '../../../api/resources/workspaces.ts';
import { autoSuspendText } from '../../management/printing/auto-suspend.ts';
import type { Field, Row } from '../../management/printing/fields.ts';
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
    text: (value) => (typeof value === 'number' && value < 100 ? `${value}%` : undefined),
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
