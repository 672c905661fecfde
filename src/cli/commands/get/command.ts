import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addCopyFlags } from '../cp/copy-flags.ts';

const EXAMPLES = `
Examples:
  stagesync get stage:///reports/today.csv                 into the current folder
  stagesync get -r stage://my-group/exports exports        what is in it; again after a break, it goes on
  stagesync get 'stage:///exports/*.parquet' parts/`;

export const get: CommandModule = {
  name: 'get',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('get')
      .description('Copy files and folders of a Stage to this machine: the half of cp that downloads.')
      .usage('[options] SRC… [DEST]')
      .argument(
        '<addresses...>',
        'SRC: stage://DEPLOYMENT/PATH, patterns in quotes; DEST: a local path, - for stdout; without it the current folder',
      );
    const flagsOf = addCopyFlags(command, { uploads: false, buckets: false });
    command.addHelpText('after', EXAMPLES).action(
      action(async (context, addresses: readonly string[], flags: object) => {
        if (addresses.at(-1) === '-') {
          const { copyToStdout } = await import('../cat/write-files.ts');
          return copyToStdout(context, addresses.slice(0, -1), flagsOf(flags));
        }
        const { runCopyCommand } = await import('../cp/run-copy.ts');
        return runCopyCommand(context, { command: 'get', addresses }, flagsOf(flags));
      }),
    );
  },
};
