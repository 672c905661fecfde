import type { ManagementApi } from '../../api/management-api.ts';
import type { Readable, Writable } from 'node:stream';

/** One run of a verb: what was typed, and what it works with. */
export interface Run<Flags = object> {
  readonly api: ManagementApi;
  readonly args: readonly string[];
  readonly flags: SharedFlags & Flags;
  /** The command line as it was typed, to be shown for repetition. No flag of it is a secret. */
  readonly words: readonly string[];
  /** 'workspaces create', for sentences that name a command. */
  readonly command: string;
  readonly host: RunHost;
  /** Results. */
  readonly out: Lines;
  /** Everything said to a person while working. */
  readonly err: Lines;
  /** Aborted by Ctrl-C. */
  readonly draining: AbortSignal;
}

export interface Lines {
  line(text: string): void;
  flush(): Promise<void>;
}

/** What a verb takes from the process. */
export interface RunHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin?: Readable & { readonly isTTY?: boolean };
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
}

type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The flags that verbs share, as they are read. */
export interface SharedFlags {
  /** The embedded plane on this machine in place of the service. */
  readonly local?: true;
  readonly json?: true;
  readonly format?: Format;
  readonly fields?: readonly string[];
  readonly dryRun?: true;
  /** Whether the end of a change is waited for. */
  readonly wait?: boolean;
  /** Milliseconds. */
  readonly waitTimeout?: number;
  /** What has to answer besides, after a wait: 'sql' is the endpoint. */
  readonly ready?: 'sql';
  readonly yes?: true;
}

export type Format = 'text' | 'json' | 'csv';
