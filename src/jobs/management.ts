import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { ManagementApi } from '../api/management-api.ts';
import type { Clock } from '../model/ports.ts';
import { Gates } from '../remote/gate/gates.ts';
import type { StageAuthority } from './authority.ts';
import { openManagementApi } from './ends/open-management-api.ts';
import { readEnvironment } from './environment.ts';
import { PROCESS_GATES } from './surroundings.ts';

export interface ManagementOptions extends StageAuthority {
  /** Variables with the names that the command line reads, for what is not said here. Default: none. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Where a relative `tokenFile` begins. Default: the top of the file system. */
  readonly folder?: string | undefined;
  /** The embedded plane on this machine in place of the service; it needs no token. Default: false. */
  readonly local?: boolean | undefined;
  /** The longest wait in one go that the service may ask for, in milliseconds. Default: an hour. */
  readonly maxWaitMs?: number | undefined;
  /** Aborted: calls and waits end. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/**
 * Opens the Management API for a program. Requests share the gate, and so the pace, of the syncs of this process that go to
 * the same account. Nothing is sent before the first call. Rejects with `config` where there is no token.
 */
export function openManagement(options: ManagementOptions = {}): Promise<ManagementApi> {
  const { environment: variables = {}, folder = '/', local, maxWaitMs, signal, clock, ...stage } = options;
  const environment = readEnvironment(variables, variables['HOME'] ?? homedir());
  return openManagementApi(
    {
      environment,
      folder: resolve(folder),
      authority: { stage },
      gates: clock === undefined ? PROCESS_GATES : new Gates(clock),
      draining: signal ?? new AbortController().signal,
    },
    { local, maxWaitMs },
  );
}
