import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type HostStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly fd?: number;
};

/** Where answers come from; a terminal can be asked not to show what is typed. */
export type HostInput = Readable & {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
};

/** What the command line takes from the process it runs in, so that a command line can also run inside another program. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly pid: number;
  /** Of Node.js, and the system: 'linux x64'. */
  readonly versions: { readonly node: string; readonly platform: string };
  /** Read only where something is asked for. Absent: there is nobody to ask. */
  readonly stdin?: HostInput;
  readonly stdout: HostStream;
  readonly stderr: HostStream;
  /** Calls `listener` for each signal until the returned function is called. */
  onSignal(signal: NodeJS.Signals, listener: () => void): () => void;
  /** An error that nothing caught. The process cannot go on after it. */
  onCrash(listener: (error: unknown) => void): () => void;
  /** From now on the process keeps little garbage: for a run that may take hours. */
  keepHeapSmall(): void;
  /**
   * From now on the buffers of bytes that arrive do not pile up: for a run that reads much from the network. The returned
   * function has to be told of all bytes that arrive.
   */
  collectBuffers(): (bytes: number) => void;
  /** Gives garbage back to the system, once, which stops everything for some tenths of a second. */
  collectGarbage(): void;
  /** Ends the process now; only where returning cannot end it. */
  exit(status: number): void;
}
