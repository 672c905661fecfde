import { Option, type Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addBudgetFlag } from '../../flags/budget-flag.ts';
import { addLeaseFlags } from '../../flags/lease-flags.ts';
import { addQueueFlag } from '../../flags/cluster/queue-flag.ts';
import { addLedgerCopyFlag } from '../../flags/ledger-copy-flag.ts';
import { addPageFlags } from '../../flags/page-flags.ts';
import type { UpFlags } from './run-up.ts';

const EXAMPLES = `
Examples:
  stagesync up                             every watch and schedule of ./stagesync.yaml
  stagesync up orders --file jobs.yaml     one of its jobs
  stagesync up --http 8080                 with a page of the jobs on http://127.0.0.1:8080
  stagesync up --lease redis://broker --ledger-copy s3://bucket/ledgers
                                           stands by until it leads, on two machines or more
  stagesync up --json | jq -c .msg         its log for a program`;

export const up: CommandModule = {
  name: 'up',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('up')
      .description(
        'Run every watch and every schedule of a jobs file in one process, until stopped. A changed file, and SIGHUP, are followed: jobs that did not change go on untouched. SIGINT or SIGTERM finishes what is in flight and ends with status 0; a second one stops at once.',
      )
      .argument('[name...]', 'only these jobs of the file')
      .option(
        '--file <file>',
        'the jobs file (default: stagesync.yaml here, or in the configuration folder)',
      );
    addBudgetFlag(addQueueFlag(addLeaseFlags(addLedgerCopyFlag(command))));
    addPageFlags(command)
      .addOption(
        new Option('--log <form>', 'form of the log on stderr (default: text on a terminal, else json)')
          .choices(['text', 'json'])
          .conflicts('json'),
      )
      .option('--json', 'the log on stdout, one JSON object a line')
      .addOption(new Option('-q, --quiet', 'log only what went wrong').conflicts('verbose'))
      .option('-v, --verbose', 'log every action, attempt and run')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, names: string[], flags: UpFlags) => {
          const { runUp } = await import('./run-up.ts');
          return runUp(context, names, flags);
        }),
      );
  },
};
