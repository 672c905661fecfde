import type { S3Flags, SqlFlags, StageFlags } from '../../flags/authority-flags.ts';
import type { QueueFlag } from '../../flags/cluster/queue-flag.ts';
import type { FileFlags } from '../../jobs-file.ts';

export interface DoctorFlags extends StageFlags, S3Flags, SqlFlags, FileFlags, QueueFlag {
  readonly json?: true;
  readonly probe?: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly loadDatabase?: string;
  /** The address of a lease. */
  readonly lease?: string;
}
