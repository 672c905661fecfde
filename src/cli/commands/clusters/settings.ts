import type { AutoSuspend } from '../../flags/management-values.ts';

/** The flags of what can be given at the beginning and changed later. */
export interface SettingFlags {
  readonly size?: string;
  readonly cache?: 1 | 2 | 4;
  readonly autoSuspend?: AutoSuspend;
  readonly kai?: true;
  readonly firewall?: readonly string[];
  readonly allowAll?: true;
  readonly expires?: string;
  readonly window?: { readonly day: number; readonly hour: number };
  readonly deploymentType?: 'PRODUCTION' | 'NON-PRODUCTION';
}

/** What the flags of settings say, as the API takes it; the firewall apart. */
export const settingsOf = (flags: SettingFlags) => ({
  ...(flags.size !== undefined && { sizeConfig: { size: flags.size } }),
  ...(flags.cache !== undefined && { cacheConfig: flags.cache }),
  ...(flags.autoSuspend !== undefined && { autoSuspend: flags.autoSuspend }),
  ...(flags.kai !== undefined && { kai: flags.kai }),
  ...(flags.allowAll !== undefined && { allowAllTraffic: flags.allowAll }),
  ...(flags.expires !== undefined && { expiresAt: flags.expires }),
  ...(flags.window !== undefined && { updateWindow: flags.window }),
  ...(flags.deploymentType !== undefined && { deploymentType: flags.deploymentType }),
});
