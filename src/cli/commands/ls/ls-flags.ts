import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';

/** The flags of `stagesync ls`. */
export interface LsFlags extends StageFlags, S3Flags {
  readonly recursive?: true;
  readonly tree?: true;
  readonly sort?: 'name' | 'size' | 'time';
  readonly total?: true;
  readonly bytes?: true;
  readonly json?: true;
  readonly local?: true;
}
