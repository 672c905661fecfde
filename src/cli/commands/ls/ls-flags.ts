import type { StageFlags } from '../../flags/authority-flags.ts';

/** The flags of `stagesync ls`. */
export interface LsFlags extends StageFlags {
  readonly recursive?: true;
  readonly json?: true;
  readonly local?: true;
}
