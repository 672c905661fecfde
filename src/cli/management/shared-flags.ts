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
