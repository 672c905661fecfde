import { DAY } from '../../src/billing/calendar.ts';
import type { UsageRow } from '../../src/billing/usage.ts';

/** 2026-10-25. */
export const FIRST = Date.UTC(2026, 9, 25);

/** A row of usage: one day of compute credits, unless told otherwise. */
export function usageRow(given: Partial<UsageRow> & { readonly day?: number } = {}): UsageRow {
  const startMs = given.startMs ?? FIRST + (given.day ?? 0) * DAY;
  return {
    metric: 'ComputeCredit',
    startMs,
    endMs: startMs + DAY,
    resourceID: 'aaaaaaaa-0000-4000-8000-000000000000',
    resourceName: 'etl',
    resourceType: 'Workspace',
    ownerID: 'owner',
    value: 1,
    rawValue: String(given.value ?? 1),
    ...given,
  };
}

export const days = (count: number) => ({ fromMs: FIRST, toMs: FIRST + count * DAY });
