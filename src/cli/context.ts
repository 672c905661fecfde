import type { Command } from 'commander';
import type { Environment } from '../jobs/environment.ts';
import type { ExitStatus } from './exit-status.ts';
import type { Host } from './process/host.ts';
import type { OutputFlags } from './flags/output-flags.ts';
import type { ProgressState } from './output/progress/progress-state.ts';
import type { Reader, RunName } from './output/reader.ts';
import type { LineOutput } from './output/line-output.ts';

/**
 * How a person stops a run:
 *
 *   running --SIGINT/SIGTERM--> draining --SIGINT/SIGTERM--> stopped --> (the system's own handling)
 *
 * Draining: start nothing new, finish and record what is in flight. Stopped: give up at once; the next run looks again
 * at what was in doubt.
 */
export interface StopSignals {
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  /** The first signal that came. */
  readonly stoppedBy: NodeJS.Signals | undefined;
  /**
   * From now on the first signal tells what is finished, as `text` says it: '1 file, 249 MB left'. With `finishes: false` nothing is,
   * and the text is how far the command has come. Returns what ends that.
   */
  describe(text: () => string | undefined, how?: { readonly finishes: boolean }): () => void;
  /** Starts draining for another reason than a signal. */
  drain(message: string): void;
  dispose(): void;
}

/** Who wants a display: nobody with --no-progress or --quiet. */
export interface DisplayFlags {
  readonly progress: boolean;
  readonly quiet?: true | undefined;
}

/** What is shown while something works, apart from its lines. */
export interface Display {
  /** The display is away while something else has the terminal. */
  aside<T>(work: () => Promise<T>): Promise<T>;
  /** Takes the display away, for good. */
  stop(): void;
}

/** A display that several jobs share. */
export interface SharedDisplay {
  /** A job joins until the returned display is stopped. */
  join(name: string, state: () => ProgressState): Display;
  /** A job is over, whether it has joined or not. */
  over(): void;
  /** Takes the display away, for good. */
  close(): void;
}

/** How a run is shown. */
export type ReaderFlags = OutputFlags & {
  /** Something else is written to stdout: text goes to stderr, as with --json. */
  readonly textAside: boolean;
  /** One of several jobs: each line has its name. */
  readonly job?: RunName | undefined;
  /** The display that this run shares with others. */
  readonly jobs?: SharedDisplay | undefined;
};

/** What a command works with. */
export interface Context {
  readonly host: Host;
  readonly environment: Environment;
  /** Results. */
  readonly out: LineOutput;
  /** Everything said to a person while working, and errors. */
  readonly err: LineOutput;
  readonly stop: StopSignals;
  /** All commands there are. */
  readonly commands: readonly CommandRow[];
  /** What shows a run as the flags ask. */
  openReader(flags: ReaderFlags): Promise<Reader>;
  /** What shows how far a command is, for one that is no run. */
  openDisplay(flags: DisplayFlags, state: () => ProgressState): Promise<Display>;
  /** What shows several jobs, of which so many are to run. */
  openJobsDisplay(flags: DisplayFlags, jobs: { readonly total: number }): Promise<SharedDisplay>;
  /** Runs another command line, as a process of its own would; resolves with its exit status. */
  run(argv: readonly string[], host: Host): Promise<number>;
}

/** Wraps a command's work so that `main` gives it its context and learns its exit status. */
export type Action = <Args extends readonly unknown[]>(
  work: (context: Context, ...args: Args) => Promise<ExitStatus>,
) => (...args: Args) => Promise<void>;

/** The headings of the help text. */
export type CommandGroup = 'files' | 'sync' | 'jobs' | 'load' | 'account' | 'other';

/** A command before it is loaded: what the help text says of it, and what completes its name. */
export interface CommandRow {
  readonly name: string;
  /** Another name for it. */
  readonly alias?: string;
  readonly group: CommandGroup;
  /** One line that fits beside the name, without a full stop. */
  readonly summary: string;
  load(): Promise<CommandModule>;
}

/**
 * One command. `declare` is called where the command line names it and must be cheap: everything heavy is imported by the work itself.
 * To add a command, write commands/VERB/command.ts, its work beside it, and give it a row in command-table.ts.
 */
export interface CommandModule {
  readonly name: string;
  /** Its --json output ends with a report, also when it fails before anything was done. */
  readonly reports: boolean;
  declare(program: Command, action: Action): void;
}
