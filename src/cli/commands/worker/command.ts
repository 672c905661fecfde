import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { allowedHosts } from '../../flags/allowed-hosts.ts';
import { addS3Flags, addStageFlags } from '../../flags/authority-flags.ts';
import { byteRate, duration, listenAddress, positiveIntegerOrAuto } from '../../flags/values.ts';
import type { WorkerFlags } from './run-worker.ts';

const EXAMPLES = `
Examples:
  stagesync worker --queue redis://queue:6379/0                            files of buckets, for all deployments
  stagesync worker --queue redis://queue:6379/0 --local /data              also directories below /data, mounted here too
  stagesync worker --queue rediss://queue:6380/0 --concurrency 64 --bwlimit 50M --http 9090`;

const repeated = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

export const worker: CommandModule = {
  name: 'worker',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('worker')
      .description(
        'Send files for syncs that run with --queue, until stopped. A worker opens both ends itself, with its own credentials, and holds no state: any number of them may come and go. SIGINT or SIGTERM finishes what it has and ends with status 0; a second one stops at once.',
      )
      .option('--queue <url>', 'the Redis of the syncs: redis://HOST:6379/0 (default: STAGESYNC_QUEUE_URL)')
      .option(
        '--deployment <id>',
        'send to this deployment alone, by its ID; repeatable (default: all)',
        repeated,
      )
      .option(
        '--local <directory>',
        'read directories below this one, which holds the same files as for the sync; repeatable (default: buckets alone)',
        repeated,
      )
      .optionsGroup('How fast:')
      .option(
        '--concurrency <n>',
        'Stage requests at the same time; auto: as many as Stage turns out to take',
        positiveIntegerOrAuto,
        'auto',
      )
      .option('--bwlimit <rate>', 'upload no faster than this, in bytes a second: 500K, 10M', byteRate)
      .option(
        '--max-wait <duration>',
        'give a batch up when Stage asks for waits that are longer than this, like 10m',
        duration,
        3_600_000,
      )
      .optionsGroup('Seen from outside:')
      .option(
        '--http <address>',
        'serve /healthz, /readyz, /metrics and /status: PORT or HOST:PORT, on 127.0.0.1 unless HOST says more',
        listenAddress,
      )
      .option(
        '--allowed-host <name>',
        'with --http: a name that requests may call it by, beside its address; repeatable',
        allowedHosts,
      )
      .option('--json', 'one object a line for each batch on stdout');
    addStageFlags(addS3Flags(command))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, flags: WorkerFlags) => {
          const { runWorker } = await import('./run-worker.ts');
          return runWorker(context, flags);
        }),
      );
  },
};
