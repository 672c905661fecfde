import type { Command } from 'commander';
import type { Environment } from '../jobs/environment.ts';
import type { ExitStatus } from './exit-status.ts';
import type { Host } from './process/host.ts';
import type { LineOutput } from './output/line-output.ts';
import type { StopSignals } from './process/stop-signals.ts';

/** What a command works with. */
export interface Context {
  readonly host: Host;
  readonly environment: Environment;
  /** Results. */
  readonly out: LineOutput;
  /** Everything said to a person while working, and errors. */
  readonly err: LineOutput;
  readonly stop: StopSignals;
}

/** Wraps a command's work so that `main` gives it its context and learns its exit status. */
export type Action = <Args extends readonly unknown[]>(
  work: (context: Context, ...args: Args) => Promise<ExitStatus>,
) => (...args: Args) => Promise<void>;

/**
 * One command. `declare` is called on every start and must be cheap: everything heavy is imported by the work itself.
 * To add a command, write its file in commands/ and name it in commands/index.ts.
 */
export interface CommandModule {
  readonly name: string;
  /** Its --json output ends with a report, also when it fails before anything was done. */
  readonly reports: boolean;
  declare(program: Command, action: Action): void;
}
