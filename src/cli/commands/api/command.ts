import type { Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import { addStageFlags, type StageFlags } from '../../flags/authority-flags.ts';
import type { ApiFlags } from './send-request.ts';

const EXAMPLES = `
Examples:
  stagesync api GET /v1/regions --local                        try it: no account needed
  stagesync api GET /v1/workspaceGroups
  stagesync api PATCH /v1/workspaces/ID --body change.json --dry-run`;

export const api: CommandModule = {
  name: 'api',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('api')
      .description(
        'Send one request to the Management API and print its reply: for what has no command of its own. It has the same token, and is retried where it only reads.',
      )
      .argument('<method>', 'GET, POST, PUT, PATCH or DELETE')
      .argument('<path>', 'path and query, like /v1/regions')
      .option('--body <file>', 'send this JSON; - reads stdin')
      .option('--dry-run', 'print the request, with secrets masked, and send nothing')
      .option('--local', 'the embedded plane on this machine: no account is needed');
    addStageFlags(command)
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, method: string, path: string, flags: ApiFlags & StageFlags) => {
          const [{ sendRequest }, { stageSurroundings }] = await Promise.all([
            import('./send-request.ts'),
            import('../../surroundings.ts'),
          ]);
          return sendRequest(context, { method, path, flags, around: stageSurroundings(context, flags) });
        }),
      );
  },
};
