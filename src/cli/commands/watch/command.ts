import { Option, type Command } from 'commander';
import { allowedHosts } from '../../flags/allowed-hosts.ts';
import type { Action, CommandModule } from '../../context.ts';
import { duration, listenAddress, urlOf, type ListenAddress } from '../../flags/flag-values.ts';
import { AWS_CREDENTIALS } from '../../flags/source-flags.ts';
import { addPassFlags, type PassFlags } from '../sync/command.ts';

/** The flags of `stagesync watch`; durations are in milliseconds. */
export interface WatchFlags extends PassFlags {
  readonly settle: number;
  readonly fullEvery: number;
  readonly poll?: number;
  readonly http?: ListenAddress;
  readonly allowedHost?: readonly string[];
  readonly log?: 'text' | 'json';
  readonly quiet?: true;
  readonly verbose?: true;
}

export const watch: CommandModule = {
  name: 'watch',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('watch')
      .summary('keep a Stage folder equal to a directory or bucket, until stopped')
      .description(
        'Keep the Stage folder DEST equal to SOURCE until stopped: changes are brought over as they happen, and everything is compared now and then. SIGINT or SIGTERM finishes what is in flight and ends with status 0; a second one stops at once.',
      )
      .argument('<source>', 'directory or s3://BUCKET/PREFIX')
      .argument('<dest>', 'stage://DEPLOYMENT/PATH, stage:///PATH or stage://local/PATH')
      .optionsGroup('When:')
      .addOption(
        new Option('--settle <duration>', 'take a file once its size and time have stood still for so long')
          .argParser(duration)
          .default(1000, '1s'),
      )
      .addOption(
        new Option('--full-every <duration>', 'compare everything, Stage listed, so often')
          .argParser(duration)
          .default(3_600_000, '1h'),
      )
      .option('--poll <duration>', 'do not watch; compare everything so often instead', duration)
      .addOption(
        new Option('--sqs-queue <url>', "hear of a bucket's changes by its notifications in this queue")
          .argParser(urlOf('--sqs-queue', AWS_CREDENTIALS))
          .conflicts('poll'),
      )
      .optionsGroup('What is done:');
    const filters = addPassFlags(command);
    command
      .optionsGroup('Seen from outside:')
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
      .optionsGroup('Other:')
      .action(
        action(async (context, source: string, dest: string, flags: Omit<WatchFlags, 'filters'>) => {
          const { runWatch } = await import('./run-watch.ts');
          return runWatch(context, source, dest, { ...flags, filters });
        }),
      );
  },
};
