import { Command, CommanderError } from 'commander';
import { usageError } from '../jobs/usage-errors.ts';
import { messageOf, type SyncError } from '../model/errors.ts';
import type { Action, CommandModule, CommandRow } from './context.ts';
import { bindBareFlags } from './flags/bare-flags.ts';
import { pathOfCommand } from './flags/command-tree.ts';
import { refuseExcessArguments } from './flags/excess-arguments.ts';
import { packagedUrl } from '../program/program-files.ts';
import type { Host } from './process/host.ts';
import { linked, styled, terminalOf } from './process/terminal.ts';
import { wordOnFlag } from './help/other-flags.ts';

/** A command and its row in the table. */
export interface LoadedCommand {
  readonly row: CommandRow;
  readonly module: CommandModule;
}

/** Errors and help requests come out as CommanderError; nothing exits the process. */
export function createProgram(host: Host, action: Action, loaded: readonly LoadedCommand[]): Command {
  const program = new Command('stagesync')
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      outputError: () => undefined, // main prints errors, all in one form
    })
    .exitOverride()
    .helpOption('-h, --help', 'this text')
    .helpCommand(false);
  styleHelp(program, host);
  for (const { row, module } of loaded) {
    module.declare(program, action);
    const command = program.commands.find((each) => each.name() === row.name)!;
    command.summary(row.summary);
    if (row.alias !== undefined) command.alias(row.alias);
    if (command.description() === '')
      command.description(`${row.summary.charAt(0).toUpperCase()}${row.summary.slice(1)}.`);
  }
  refuseExcessArguments(program);
  return program;
}

/** How the help texts of all commands look on this terminal. */
function styleHelp(program: Command, host: Host): void {
  const [out, err] = [terminalOf(host.env, host.stdout), terminalOf(host.env, host.stderr)];
  program
    .configureOutput({
      getOutHelpWidth: () => out.width,
      getErrHelpWidth: () => err.width,
      getOutHasColors: () => out.hasColours,
      getErrHasColors: () => err.hasColours,
    })
    .configureHelp({
      // commander takes colours away where the stream has none
      styleTitle: (text) => styled({ ...out, hasColours: true }, 'bold', text),
      styleOptionTerm: (text) => styled({ ...out, hasColours: true }, 'cyan', text),
      styleSubcommandTerm: (text) => styled({ ...out, hasColours: true }, 'cyan', text),
      styleArgumentTerm: (text) => styled({ ...out, hasColours: true }, 'cyan', text),
    });
  if (out.hasLinks)
    program.addHelpText('afterAll', `\nDocs: ${linked(out, 'commands.md', packagedUrl('docs/commands.md'))}`);
}

/** Whether something was done, or the help text of a command was the answer, asked for or not. */
export type Ended = 'done' | 'answered' | 'told how';

/** Does what a command line says. Rejects with `usage` where it is wrong. */
export async function runProgram(
  host: Host,
  action: Action,
  loaded: LoadedCommand,
  argv: readonly string[],
): Promise<Ended> {
  const program = createProgram(host, action, [loaded]);
  try {
    // the flags that may stand alone are those of a sync
    const words = loaded.row.group === 'account' ? argv : bindBareFlags(argv);
    await program.parseAsync(words, { from: 'user' });
    return 'done';
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 'answered';
    if (error.code === 'commander.help') return 'told how';
    throw usageOf(error, commandIn(program, argv));
  }
}

/** The command that a line names, down to the verb. */
function commandIn(program: Command, argv: readonly string[]): Command {
  let at = program;
  for (const word of argv) {
    const next = at.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

/** commander's message on one line, without its own prefix, with the way out. */
function usageOf(error: CommanderError, command: Command): SyncError {
  const said = messageOf(error).replace(/^error: /, '');
  const help = `stagesync ${pathOfCommand(command)} --help`;
  const flag = error.code === 'commander.unknownOption' ? /'([^'=]+)/.exec(said)?.[1] : undefined;
  const word = flag === undefined ? undefined : wordOnFlag(flag, command);
  if (word !== undefined) return usageError(`unknown option '${flag}': ${word}. See "${help}"`, error);
  return usageError(`${said}${/[.)?]$/.test(said) ? '' : '.'} See "${help}"`, error);
}
