import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { ExplainFlags } from './explain-paths.ts';

const EXAMPLES = `
Examples:
  stagesync explain data/a.csv                                in every pair that it belongs to
  stagesync explain stage://my-group/data/a.csv
  stagesync explain orders a.csv b.csv --json                 paths within the job "orders", which comes first`;

export const explain: CommandModule = {
  name: 'explain',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('explain')
      .description(
        'Say what was last decided for each path, why, and when, in every pair it belongs to. Reads the ledgers only: no request is sent, and it works while a run is under way.',
      )
      .argument(
        '<paths...>',
        'a local path, s3://BUCKET/KEY or stage://DEPLOYMENT/PATH; after the name of a job, paths within it',
      )
      .option('--json', 'one object a line')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, paths: readonly string[], flags: ExplainFlags) => {
          const { explainPaths } = await import('./explain-paths.ts');
          return explainPaths(context, paths, flags);
        }),
      );
  },
};
