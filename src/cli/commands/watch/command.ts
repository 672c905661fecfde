import { Option, type Command } from 'commander';
import { DESTINATION_FORMS, SOURCE_FORMS } from '../../../jobs/addresses.ts';
import { AWS_CREDENTIALS } from '../../../jobs/authority.ts';
import type { Action, CommandModule } from '../../context.ts';
import { allowedHosts } from '../../flags/allowed-hosts.ts';
import { addS3Flags, addSqlFlags, addStageFlags } from '../../flags/authority-flags.ts';
import { addQueueFlag } from '../../flags/cluster/queue-flag.ts';
import { addGuardFlags } from '../../flags/guard-flags.ts';
import { addLedgerCopyFlag } from '../../flags/ledger-copy-flag.ts';
import { addJobFlags } from '../../flags/job-flags.ts';
import { listenAddress, urlOf } from '../../flags/values.ts';
import type { WatchFlags } from './run-watch.ts';

const EXAMPLES = `
Examples:
  stagesync watch data stage://local/data                     try it: a Stage on this machine, no account
  stagesync watch data stage://my-group/data --delete --settle 10s
  stagesync watch s3://bucket/in stage:///in --poll 5m --http 9465`;

export const watch: CommandModule = {
  name: 'watch',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('watch')
      .description(
        'Keep the Stage folder DEST equal to SOURCE until stopped: changes are brought over as they happen, and everything is compared now and then. SIGINT or SIGTERM finishes what is in flight and ends with status 0; a second one stops at once.',
      )
      .argument('<source>', SOURCE_FORMS)
      .argument('<dest>', DESTINATION_FORMS);
    // a watch's passes over some folders trust the ledger in any case, and its full passes never do; it waits for no table
    const jobFlags = addJobFlags(command, {
      sections: ['when', 'what', 'pace', 'load'],
      without: ['trustLedger', 'wait'],
    });
    addGuardFlags(command);
    addLedgerCopyFlag(command);
    addQueueFlag(command);
    addNotifications(command);
    addLooksFromOutside(addSqlFlags(addStageFlags(addS3Flags(command))))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, source: string, dest: string, flags: WatchFlags) => {
          const { runWatch } = await import('./run-watch.ts');
          return runWatch(context, { source, dest }, { ...flags, job: jobFlags(flags) });
        }),
      );
  },
};

const addNotifications = (command: Command): Command =>
  command
    .optionsGroup('When:')
    .addOption(
      new Option('--sqs-queue <url>', "hear of a bucket's changes by its notifications in this queue")
        .argParser(urlOf('--sqs-queue', AWS_CREDENTIALS))
        .conflicts('poll'),
    );

const addLooksFromOutside = (command: Command): Command =>
  command
    .optionsGroup('Seen from outside:')
    .option('--json', 'one event a line on stdout, with a report after each pass; the log stays on stderr')
    .option(
      '--http <address>',
      'serve /healthz, /readyz, /metrics and /status: PORT or HOST:PORT, on 127.0.0.1 unless HOST says more',
      listenAddress,
    )
    .option(
      '--allowed-host <name>',
      'a name that requests to --http may call it by, beside HOST and localhost; repeatable',
      allowedHosts,
    )
    .addOption(
      new Option(
        '--log <form>',
        'form of the log on stderr (default: text on a terminal, else json)',
      ).choices(['text', 'json']),
    )
    .addOption(new Option('-q, --quiet', 'log only what went wrong').conflicts('verbose'))
    .option('-v, --verbose', 'log every action, attempt and pass')
    .optionsGroup('Other:');
