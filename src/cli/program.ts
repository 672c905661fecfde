import { Command } from 'commander';
import { packageVersion } from '../program/program-files.ts';
import { api } from './commands/api/command.ts';
import { apply } from './commands/apply/command.ts';
import { cat } from './commands/cat/command.ts';
import { check } from './commands/check/command.ts';
import { cp } from './commands/cp/command.ts';
import { demo } from './commands/demo/command.ts';
import { du } from './commands/du/command.ts';
import { emulator } from './commands/emulator/command.ts';
import { explain } from './commands/explain/command.ts';
import { get } from './commands/get/command.ts';
import { head } from './commands/head/command.ts';
import { init } from './commands/init/command.ts';
import { jobs } from './commands/jobs/command.ts';
import { load } from './commands/load/command.ts';
import { ls } from './commands/ls/command.ts';
import { logs } from './commands/logs/command.ts';
import { mkdir } from './commands/mkdir/command.ts';
import { mv } from './commands/mv/command.ts';
import { plan } from './commands/plan/command.ts';
import { pull } from './commands/pull/command.ts';
import { put } from './commands/put/command.ts';
import { rm } from './commands/rm/command.ts';
import { run } from './commands/run/command.ts';
import { stat } from './commands/stat/command.ts';
import { status } from './commands/status/command.ts';
import { flush } from './commands/flush/command.ts';
import { limits } from './commands/limits/command.ts';
import { page } from './commands/page/command.ts';
import { pause } from './commands/pause/command.ts';
import { resume } from './commands/resume/command.ts';
import { sync } from './commands/sync/command.ts';
import { trash } from './commands/trash/command.ts';
import { stop } from './commands/stop/command.ts';
import { trust } from './commands/trust/command.ts';
import { up } from './commands/up/command.ts';
import { url } from './commands/url/command.ts';
import { watch } from './commands/watch/command.ts';
import type { Action, CommandModule } from './context.ts';
import { refuseExcessArguments } from './flags/excess-arguments.ts';
import { EXIT_MEANINGS } from './exit-status.ts';
import { declareVerbs } from './management/declare-noun.ts';
import type { Noun, NounSummary } from './management/noun.ts';
import type { Host } from './process/host.ts';

/** In the order of the help text. */
export const commands: readonly CommandModule[] = [
  sync,
  pull,
  watch,
  status,
  logs,
  plan,
  apply,
  explain,
  ls,
  stat,
  du,
  cp,
  put,
  get,
  cat,
  head,
  url,
  mv,
  rm,
  trash,
  mkdir,
  check,
  load,
  emulator,
  demo,
  init,
  jobs,
  run,
  trust,
  up,
  flush,
  pause,
  resume,
  stop,
  limits,
  page,
];

const exitStatuses = (): string =>
  `\nExit status:\n${EXIT_MEANINGS.map(([status, meaning]) => `  ${String(status).padEnd(4)} ${meaning}`).join('\n')}`;

const EXAMPLES = `
Examples:
  stagesync sync data stage://local/data             try it: a Stage on this machine, no account
  stagesync sync data stage:///data --dry-run        what would happen, and why
  stagesync sync data stage://my-group/data --delete

The token of a real Stage comes from SINGLESTOREDB_MANAGEMENT_TOKEN.`;

export interface ProgramNouns {
  /** All of them, for the help text. */
  readonly summaries: readonly NounSummary[];
  /** Those that have their verbs. */
  readonly loaded: readonly Noun[];
}

/** Errors and help requests come out as CommanderError; nothing exits the process. */
export function createProgram(host: Host, action: Action, nouns: ProgramNouns): Command {
  const program = new Command('stagesync')
    .description('Keep a SingleStore Stage folder equal to a local directory or an S3 bucket.')
    .version(packageVersion())
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      outputError: () => undefined, // main prints errors, all in one form
    })
    .exitOverride()
    .helpCommand('help [command]', 'how to use a command')
    .helpOption('-h, --help', 'this text')
    .addHelpText('after', EXAMPLES)
    .addHelpText('after', exitStatuses);
  program.commandsGroup('Files:');
  for (const command of commands) {
    if (command === init) program.commandsGroup('Jobs of a file:');
    command.declare(program, action);
  }
  program.commandsGroup('Workspaces and what they cost:');
  api.declare(program, action);
  for (const { name, singular, summary } of nouns.summaries) {
    const description = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
    const command = program.command(name).alias(singular).summary(summary).description(description);
    const noun = nouns.loaded.find((each) => each.name === name);
    if (noun === undefined) continue;
    declareVerbs(command, noun, action);
    if (noun.examples !== undefined) command.addHelpText('after', `\nExamples:\n${noun.examples}`);
  }
  refuseExcessArguments(program);
  return program;
}
