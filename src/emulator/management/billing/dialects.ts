import type { BillingDialect } from '../../control/management-behaviour.ts';
import { isoTime } from '../timeline/times.ts';
import { OWNER } from '../world/organization.ts';
import type { UsageRow } from './ledger.ts';

export interface Bill {
  readonly metric: 'ComputeCredit' | 'StorageAvgByte';
  readonly description: string;
  readonly rows: readonly UsageRow[];
}

/** A reply of billing as the reference text has it, or as one of its published readers expects it. */
export function billJson(bills: readonly Bill[], dialect: BillingDialect): object {
  const list = dialect === 'spec' ? 'usage' : 'Usage';
  return {
    billingUsage: bills.map(({ metric, description, rows }) => ({
      metric,
      description,
      [list]: rows.map((row) => rowJson(row, dialect)),
    })),
  };
}

function rowJson(row: UsageRow, dialect: BillingDialect): object {
  const time = dialect === 'blog' ? goTime : isoTime;
  const [id, owner] = dialect === 'js' ? ['resourceID', 'ownerID'] : ['resourceId', 'ownerId'];
  return {
    startTime: time(row.from),
    endTime: time(row.to),
    [id]: row.resourceId,
    resourceName: row.resourceName,
    [dialect === 'sdk' ? 'resource_type' : 'resourceType']: row.resourceType,
    [owner]: OWNER,
    value: decimal(row.value),
  };
}

/** As Go prints a time. */
const goTime = (ms: number): string => `${isoTime(ms).slice(0, 19).replace('T', ' ')} +0000 UTC`;

/** At most nine digits behind the point, none of them a zero at the end. */
const decimal = (value: number): string => String(Number(value.toFixed(9)));
