import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addCopyFlags } from './copy-flags.ts';

const EXAMPLES = `
Examples:
  stagesync cp report.csv stage:///reports/              one file, under its own name
  stagesync cp -r data stage://my-group/data             what is in data; again after a break, it goes on
  stagesync cp 'stage:///exports/*.parquet' s3://bucket/new/b.parquet .
  pg_dump … | stagesync cp - stage:///dumps/today.sql    from stdin
  stagesync cp stage:///dumps/today.sql - | psql …       to stdout

A DEST that ends in "/", or is a folder, takes a file under its own name. A folder's contents go into DEST itself;
with "/" at the end of DEST the folder goes into it under its own name.`;

export const cp: CommandModule = {
  name: 'cp',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('cp')
      .description(
        'Copy files, folders and patterns between this machine and a Stage, from a bucket to either, or from one Stage to another. A file that is there and differs is kept, unless --overwrite says otherwise.',
      )
      .usage('[options] SRC… DEST')
      .argument(
        '<addresses...>',
        'SRC: files, folders, s3://BUCKET/KEY, stage://DEPLOYMENT/PATH, patterns in quotes, - for stdin; DEST: a Stage, a local path, - for stdout',
      );
    const flagsOf = addCopyFlags(command, { uploads: true, buckets: true });
    command.addHelpText('after', EXAMPLES);
    command.action(
      action(async (context, addresses: readonly string[], flags: object) => {
        if (addresses.at(-1) === '-') {
          const { copyToStdout } = await import('../cat/write-files.ts');
          return copyToStdout(context, addresses.slice(0, -1), flagsOf(flags));
        }
        const { runCopyCommand } = await import('./run-copy.ts');
        return runCopyCommand(context, { command: 'cp', addresses }, flagsOf(flags));
      }),
    );
  },
};
