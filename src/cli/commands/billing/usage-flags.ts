import type { GroupBy } from '../../../billing/totals.ts';
import type { Granularity } from '../../../billing/usage.ts';

/** The flags of `stagesync billing usage`. */
export interface UsageFlags {
  readonly from?: string;
  readonly to?: string;
  readonly by?: Granularity;
  readonly groupBy: GroupBy;
  readonly metric: 'compute' | 'storage' | 'all';
  /** Of one credit, in whatever money. */
  readonly creditPrice?: number;
  readonly plot?: true;
  readonly plotFile?: string;
  readonly ascii?: true;
}
