import type { Workspace } from '../../../api/resources/workspaces.ts';
import { plainText } from './fields.ts';

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
