import type { ManagementApi } from '../../api/management-api.ts';
import type { ExitStatus } from '../exit-status.ts';
import type { LineOutput } from '../output/line-output.ts';
import type { Host } from '../process/host.ts';
import type { SharedFlags } from './shared-flags.ts';

/** One run of a verb: what was typed, and what it works with. */
export interface Run<Flags = object> {
  readonly api: ManagementApi;
  readonly args: readonly string[];
  readonly flags: SharedFlags & Flags;
  /** 'workspaces create', for sentences that name a command. */
  readonly command: string;
  readonly host: Host;
  /** Results. */
  readonly out: LineOutput;
  /** Everything said to a person while working. */
  readonly err: LineOutput;
  /** Aborted by Ctrl-C. */
  readonly draining: AbortSignal;
}

/** The work of a verb. The flags are those that its declaration names. */
export type VerbWork = (run: Run<never>) => Promise<ExitStatus>;
