import type { PasswordFlags } from '../../management/changing/passwords.ts';

/** The flags of what can be given at the beginning and changed later. */
export interface SettingFlags extends PasswordFlags {
  readonly firewall?: readonly string[];
  readonly allowAll?: true;
  readonly expires?: string;
  readonly window?: { readonly day: number; readonly hour: number };
  readonly deploymentType?: 'PRODUCTION' | 'NON-PRODUCTION';
}

/** What the flags of settings say, as the API takes it; the password apart. */
export const settingsOf = ({ allowAll, expires, window, deploymentType }: SettingFlags) => ({
  ...(allowAll !== undefined && { allowAllTraffic: allowAll }),
  ...(expires !== undefined && { expiresAt: expires }),
  ...(window !== undefined && { updateWindow: window }),
  ...(deploymentType !== undefined && { deploymentType }),
});
