import { plainText, type Field, type Row } from '../../management/printing/fields.ts';
import type { Run } from '../../management/run.ts';
import { stageAddress, type GroupRef } from '../../management/stage-address.ts';

/** A group as it is shown: with the address of its Stage. */
export const shownGroup = (run: Pick<Run, 'flags'>, group: GroupRef): Row => ({
  ...group,
  stage: stageAddress(run, group),
});

export const GROUP_FIELDS: readonly Field[] = [
  { key: 'name', isListed: true },
  { key: 'state', isListed: true },
  { key: 'provider' },
  {
    key: 'regionName',
    title: 'REGION',
    isListed: true,
    text: (value, row) => plainText(value) ?? plainText(row['regionID']),
  },
  { key: 'expiresAt', title: 'EXPIRES', isListed: true },
  { key: 'workspaceGroupID', title: 'ID', isListed: true },
  { key: 'stage' },
  {
    key: 'firewallRanges',
    title: 'MAY CONNECT',
    text: (value, row) => (row['allowAllTraffic'] === true ? 'any address' : (plainText(value) ?? 'nobody')),
  },
  { key: 'updateWindow', title: 'UPDATED', text: updateWindowText },
  { key: 'deploymentType', title: 'TYPE' },
  { key: 'projectName', title: 'PROJECT' },
  { key: 'smartDRStatus', title: 'SMART DR' },
  { key: 'outboundAllowList', title: 'OUTBOUND' },
  { key: 'createdAt', title: 'CREATED' },
  { key: 'terminatedAt', title: 'TERMINATED' },
];

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** 'Tuesday from 01:00 UTC'. */
export function updateWindowText(value: unknown): string | undefined {
  const { day, hour } = (value ?? {}) as { readonly day?: number; readonly hour?: number };
  if (day === undefined || hour === undefined) return undefined;
  return `${DAYS[day] ?? `day ${day}`} from ${String(hour).padStart(2, '0')}:00 UTC`;
}
