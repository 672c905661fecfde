import { Option, type Command } from 'commander';

/** How a single run is shown. */
export interface OutputFlags {
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly progress: boolean;
}

/** Declares the flags of a single run's output. */
export const addOutputFlags = (command: Command): Command =>
  command
    .optionsGroup('Output:')
    .option('--json', 'one event a line on stdout, the report last; text goes to stderr')
    .addOption(new Option('-q, --quiet', 'say only what went wrong').conflicts('verbose'))
    .option('-v, --verbose', 'every action, attempt and problem')
    .option('--no-progress', 'no live display, nor a line every 30 s in a log')
    .optionsGroup('Other:');
