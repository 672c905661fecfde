/** How finely usage is cut; hours, days and months are those of UTC. */
export type Granularity = 'hour' | 'day' | 'month';

/** What one resource used of one metric in one span of time. */
export interface UsageRow {
  /** As the service calls it: 'ComputeCredit', 'StorageAvgByte'. */
  readonly metric: string;
  /** Milliseconds since 1970. The end is the first moment after the span. */
  readonly startMs: number;
  readonly endMs: number;
  readonly resourceID: string | undefined;
  readonly resourceName: string | undefined;
  readonly resourceType: string | undefined;
  readonly ownerID: string | undefined;
  readonly value: number;
  /** The value as the service wrote it. */
  readonly rawValue: string;
}

/** What a value counts. Two of them never meet in one total or one picture. */
export type Unit = 'credits' | 'bytes' | 'unknown';

/** The service has used several words for one metric: 'ComputeCredit', 'computeCredit', 'compute-hour'. */
export function unitOf(metric: string): Unit {
  if (/^compute/i.test(metric)) return 'credits';
  if (/^storage/i.test(metric)) return 'bytes';
  return 'unknown';
}

/** Bytes are an average over the span: spans of one resource make a mean, and not a sum. */
export const isAverage = (unit: Unit): boolean => unit === 'bytes';
