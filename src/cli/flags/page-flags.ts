import type { Command } from 'commander';
import type { ListenAddress } from '../../daemon/server.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { listenAddress } from './values.ts';

/** How a daemon is seen from outside. */
export interface PageFlags {
  readonly http?: ListenAddress;
  readonly allowedHost?: readonly string[];
  readonly httpTokenFile?: string;
}

export const addPageFlags = (command: Command): Command =>
  command
    .optionsGroup('Seen from outside:')
    .option(
      '--http <address>',
      'serve a page of the jobs, /healthz, /readyz and /metrics: PORT or HOST:PORT, on 127.0.0.1 unless HOST says more',
      listenAddress,
    )
    .option(
      '--allowed-host <name>',
      'a name that requests to --http may call it by, beside HOST and localhost; repeatable',
      allowedHosts,
    )
    .option(
      '--http-token-file <file>',
      'a file with a token that signs in too; needed where HOST can be reached from other machines',
    )
    .optionsGroup('Other:');
