import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addCopyFlags } from '../cp/copy-flags.ts';

const EXAMPLES = `
Examples:
  stagesync put report.csv stage:///reports/
  stagesync put -r data stage://my-group/data --dry-run     what would be copied
  gzip -c big.csv | stagesync put - stage:///in/big.csv.gz`;

export const put: CommandModule = {
  name: 'put',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('put')
      .description('Copy files and folders of this machine to a Stage: the half of cp that uploads.')
      .usage('[options] SRC… DEST')
      .argument(
        '<addresses...>',
        'SRC: files, folders, patterns in quotes, - for stdin; DEST: stage://DEPLOYMENT/PATH',
      );
    const flagsOf = addCopyFlags(command, { uploads: true, buckets: false });
    command.addHelpText('after', EXAMPLES).action(
      action(async (context, addresses: readonly string[], flags: object) => {
        const { runCopyCommand } = await import('../cp/run-copy.ts');
        return runCopyCommand(context, { command: 'put', addresses }, flagsOf(flags));
      }),
    );
  },
};
