import type { S3Flags, SqlFlags, StageFlags } from '../../../flags/authority-flags.ts';

/** The flags of `stagesync load sql`. */
export interface LoadSqlFlags extends StageFlags, S3Flags, SqlFlags {
  readonly to?: string;
  readonly table?: string;
  readonly pipeline?: string;
  readonly database?: string;
  readonly key?: readonly string[];
  readonly rowstore?: true;
  readonly apply?: true;
  readonly start?: true;
  readonly json?: true;
  readonly sample?: number | 'all';
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly null?: readonly string[];
  readonly dayFirst?: true;
  readonly monthFirst?: true;
}
