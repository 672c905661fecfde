import { Argument, type Command } from 'commander';
import type { Action, CommandModule } from '../../context.ts';
import type { InstallFlags } from './install.ts';
import { SHELLS, type Shell } from './shells.ts';

const EXAMPLES = `
Examples:
  stagesync completion install                      for your shell, by $SHELL
  stagesync completion status                       which shells have it
  stagesync completion uninstall zsh                leaves the file as it was
  eval "$(stagesync completion bash)"               for this shell alone`;

export const completion: CommandModule = {
  name: 'completion',
  reports: false,
  declare(program: Command, action: Action): void {
    const command = program
      .command('completion')
      .description(
        'Complete commands, flags, their values, files, jobs, deployments and paths of a Stage by the Tab key. With the name of a shell, print what that shell has to run.',
      )
      .addArgument(new Argument('[shell]', 'the shell whose script is printed').choices(SHELLS))
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, shell: Shell | undefined) => {
          const [{ chosenShell }, { glueFor }, { EXIT }] = await Promise.all([
            import('./shells.ts'),
            import('./glue.ts'),
            import('../../exit-status.ts'),
          ]);
          context.out.line(glueFor(chosenShell(context.host, shell)));
          return EXIT.clean;
        }),
      );
    const verb = (name: string, summary: string): Command =>
      command
        .command(name)
        .summary(summary)
        .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
        .addHelpText('after', EXAMPLES);
    const ofShell = (): Argument => new Argument('[shell]', 'default: yours, by $SHELL').choices(SHELLS);
    verb('install', 'write the completion into the file that a shell reads, between marks')
      .addArgument(ofShell())
      .action(
        action(async (context, shell?: string) =>
          (await import('./install.ts')).installCompletion(context, shell),
        ),
      );
    verb('uninstall', 'take it out again: the file is as it was')
      .addArgument(ofShell())
      .action(
        action(async (context, shell?: string) =>
          (await import('./install.ts')).uninstallCompletion(context, shell),
        ),
      );
    verb('status', 'show which shells have it')
      .option('--json', 'one object a shell')
      .action(
        action(async (context, flags: InstallFlags) =>
          (await import('./install.ts')).showCompletion(context, flags),
        ),
      );
    command
      .command('answer', { hidden: true })
      .description('What the script of a shell asks for a line that is being typed.')
      .addArgument(new Argument('<shell>', 'whose script asks').choices(SHELLS))
      .argument('[words...]', 'the line')
      .addHelpText('after', EXAMPLES)
      .action(
        action(async (context, shell: Shell, words: readonly string[]) =>
          (await import('./answer.ts')).answerShell(context, shell, words),
        ),
      );
  },
};
