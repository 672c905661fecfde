import type { Command } from 'commander';

/** Declares the flag that names the jobs file. */
export const addFileFlag = (command: Command): Command =>
  command
    .optionsGroup('Which jobs:')
    .option(
      '--file <file>',
      "the jobs file (default: stagesync.yaml, .yml or .json here, else in the user's configuration folder)",
    );
