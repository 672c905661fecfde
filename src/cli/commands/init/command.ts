import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { InitFlags } from './answers.ts';

const EXAMPLES = `
Examples:
  stagesync init                                       asks, and writes stagesync.yaml
  stagesync init --from data --to stage://local/data   a first try: no account, no question
  stagesync init --from s3://bucket/in/ --to stage://my-group/in --schedule "0 * * * *" -o pipes.yaml`;

export const init: CommandModule = {
  name: 'init',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('init')
      .description(
        'Write a commented jobs file with one job, by asking; what flags say is not asked. Tries whether the source is there and the destination answers. A file that is there is never overwritten.',
      )
      .optionsGroup('Answers:')
      .option('--from <source>', 'what is copied: directory, s3://BUCKET/PREFIX or stage://DEPLOYMENT/PATH')
      .option('--to <dest>', 'where it goes: stage://DEPLOYMENT/PATH, stage://local/PATH or a directory')
      .option('--name <name>', 'the name of the job (default: the last word of the source)')
      .option('--schedule <cron>', 'run it by a cron line, like "30 2 * * *"')
      .option('--timezone <zone>', 'the time zone of the schedule (default: that of this machine)')
      .option('--watch', 'bring changes over as they happen')
      .option('--delete', 'remove at the destination what the source no longer has')
      .option('--token-file <file>', 'a file with the API token, instead of SINGLESTOREDB_MANAGEMENT_TOKEN')
      .optionsGroup('Other:')
      .option('-o, --output <file>', 'the file to write (default: stagesync.yaml)')
      .option('--no-check', 'do not try the two ends')
      .option('--yes', 'ask nothing: what flags do not say has its default')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, flags: InitFlags) => {
          const { writeFirstFile } = await import('./write-file.ts');
          return writeFirstFile(context, flags);
        }),
      );
  },
};
