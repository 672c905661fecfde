import type { Command } from 'commander';
import { allowedHosts } from '../../flags/allowed-hosts.ts';
import type { Action, CommandModule } from '../../context.ts';
import type { EmulatorFlags } from './serve-emulator.ts';
import { portNumber } from '../../flags/values.ts';

const EXAMPLES = `
Examples:
  stagesync emulator                                          the files of stage://local, on a free port
  stagesync emulator --port 8800 --data /tmp/stage --token secret
  stagesync emulator --deployment prod --deployment test --json`;

export const emulator: CommandModule = {
  name: 'emulator',
  reports: false,
  declare(program: Command, action: Action): void {
    program
      .command('emulator')
      .description(
        'Serve the embedded Stage on a loopback port until stopped. Other Stage clients can use it: set SINGLESTOREDB_MANAGEMENT_BASE_URL and SINGLESTOREDB_MANAGEMENT_TOKEN to what it prints.',
      )
      .option('--port <n>', 'port; 0 takes a free one', portNumber, 0)
      .option('--data <dir>', 'where the files are kept (default: those of stage://local)')
      .option('--token <token>', 'the API token it accepts (default: a new random one)')
      .option(
        '--deployment <id>',
        'a deployment it has; repeatable (default: local)',
        (id: string, previous: readonly string[] | undefined): readonly string[] => [...(previous ?? []), id],
      )
      .option(
        '--allowed-host <name>',
        'a name that requests may call it by, beside localhost; repeatable',
        allowedHosts,
      )
      .option('--json', 'one object when ready: url, token, deployments')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, flags: EmulatorFlags) => {
          const { serveEmulator } = await import('./serve-emulator.ts');
          return serveEmulator(context, flags);
        }),
      );
  },
};
