import type { AutoSuspend } from '../../flags/management-values.ts';

/** The flags of what can be given at the beginning and changed later. */
export interface SettingFlags {
  readonly size?: string;
  readonly cache?: 1 | 2 | 4;
  readonly autoSuspend?: AutoSuspend;
  readonly kai?: true;
}

/** What the flags of settings say, as the API takes it. */
export const settingsOf = ({ size, cache, autoSuspend, kai }: SettingFlags) => ({
  ...(size !== undefined && { size }),
  ...(cache !== undefined && { cacheConfig: cache }),
  ...(autoSuspend !== undefined && { autoSuspend }),
  ...(kai !== undefined && { enableKai: kai }),
});
