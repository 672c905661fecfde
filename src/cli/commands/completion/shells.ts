import { isAbsolute, join } from 'node:path';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Host } from '../../process/host.ts';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof SHELLS)[number];

export const isShell = (text: string): text is Shell => (SHELLS as readonly string[]).includes(text);

/** The shell that was named, else the user's. Rejects with `usage`. */
export function chosenShell({ env }: Pick<Host, 'env'>, named: string | undefined): Shell {
  const text = named ?? env['SHELL']?.split('/').at(-1) ?? '';
  const shell = text === 'pwsh' ? 'powershell' : text;
  if (isShell(shell)) return shell;
  const why =
    named === undefined ? 'which shell is yours cannot be told' : `there is no shell "${printable(named)}"`;
  throw usageError(`${why}: name one of ${SHELLS.join(', ')}`);
}

/** The file that a shell reads when it starts, or for fish the one that has the completion alone. */
export function fileOf(shell: Shell, { env, home }: Pick<Host, 'env' | 'home'>): string {
  const config = env['XDG_CONFIG_HOME'] ?? '';
  const configFolder = isAbsolute(config) ? config : join(home, '.config');
  switch (shell) {
    case 'bash':
      return join(home, '.bashrc');
    case 'zsh':
      return join(env['ZDOTDIR'] ?? home, '.zshrc');
    case 'fish':
      return join(configFolder, 'fish', 'completions', 'stagesync.fish');
    case 'powershell':
      return env['USERPROFILE'] === undefined
        ? join(configFolder, 'powershell', 'Microsoft.PowerShell_profile.ps1')
        : join(env['USERPROFILE'], 'Documents', 'PowerShell', 'Microsoft.PowerShell_profile.ps1');
    default:
      return shell satisfies never;
  }
}
