import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { byteRate, positiveIntegerOrAuto, positiveNumber } from '../../flags/values.ts';
import type { LimitsFlags } from './change-limits.ts';

const EXAMPLES = `
Examples:
  stagesync limits                                           what holds now
  stagesync limits --bwlimit 10M --concurrency 8             while people work
  stagesync limits --bwlimit none --concurrency auto         as the jobs say again`;

/** A value, or `none`: no limit any more. */
const orNone =
  <Value>(parse: (text: string) => Value) =>
  (text: string): Value | 'none' =>
    text === 'none' ? text : parse(text);

export const limits: CommandModule = {
  name: 'limits',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('limits')
      .description(
        'Show or change what all jobs of a running daemon may do together, beside the settings of each. A change holds at once, and until the daemon ends. Requests are limited for each account, bytes for all together.',
      )
      .option('--concurrency <n>', 'requests at the same time; auto: as the jobs say', positiveIntegerOrAuto)
      .option(
        '--bwlimit <rate>',
        'upload no faster than this, in bytes a second: 500K, 10M, 10MB; none: no limit',
        orNone(byteRate),
      )
      .option(
        '--max-requests-per-second <n>',
        'start no more requests a second than this; none: no limit',
        orNone(positiveNumber),
      )
      .option('--file <file>', 'the jobs file (default: stagesync.yaml here, or in the configuration folder)')
      .option('--json', 'one object')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, flags: LimitsFlags) => {
          const { changeLimits } = await import('./change-limits.ts');
          return changeLimits(context, flags);
        }),
      );
  },
};
