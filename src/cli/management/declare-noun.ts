import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Action, CommandModule } from '../context.ts';
import { addStageFlags, type StageFlags } from '../flags/authority-flags.ts';
import { duration } from '../flags/values.ts';
import type { FlagRow, FlagSet, Noun, Verb } from './noun.ts';
import type { SharedFlags } from './run.ts';

/** A noun as a command of the command line. */
export const nounCommand = (noun: Noun): CommandModule => ({
  name: noun.name,
  reports: false,
  declare(program, action) {
    const command = program.command(noun.name);
    declareVerbs(command, noun, action);
    for (const each of [command, ...command.commands])
      if (noun.examples !== undefined) each.addHelpText('after', `\nExamples:\n${noun.examples}`);
  },
});

function declareVerbs(command: Command, noun: Noun, action: Action): void {
  if (noun.alone !== undefined) declareOn(command, noun, noun.alone, action);
  for (const verb of noun.verbs)
    declareOn(command.command(verb.name).summary(verb.summary), noun, verb, action);
}

function declareOn(command: Command, noun: Noun, verb: Verb, action: Action): void {
  command.description(verb.description ?? `${capitalised(verb.summary)}.`);
  const argumentRows = verb.arguments ?? [];
  for (const [argument, help] of argumentRows) command.argument(argument, help);
  for (const row of verb.flags ?? []) command.addOption(optionOf(row));
  for (const set of verb.takes) for (const row of SHARED[set]) command.addOption(optionOf(row));
  command.option('--local', 'the embedded plane on this machine: no account is needed');
  addStageFlags(command).action(
    action(async (context, ...given: readonly unknown[]) => {
      const args = given.slice(0, argumentRows.length).filter((each) => each !== undefined) as string[];
      const flags = given[argumentRows.length] as SharedFlags & StageFlags;
      const [{ runVerb }, { stageSurroundings }] = await Promise.all([
        import('./run-verb.ts'),
        import('../surroundings.ts'),
      ]);
      const words = rootOf(command).args;
      return runVerb({ context, noun, verb, args, words, flags, around: stageSurroundings(context, flags) });
    }),
  );
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

const PATIENCE: FlagRow = {
  flag: '--wait-timeout <duration>',
  help: 'give up waiting after this long, with exit status 7 (default: 20m)',
  read: duration,
};

const SHARED: Readonly<Record<FlagSet, readonly FlagRow[]>> = {
  rows: [
    { flag: '--json', help: 'one object a line, with the names of the API' },
    { flag: '--format <format>', help: 'how it is printed', choices: ['text', 'json', 'csv'] },
    { flag: '--fields <names>', help: 'only these fields, in this order: name,state', read: listed },
  ],
  row: [
    { flag: '--json', help: 'one object, with the names of the API' },
    { flag: '--fields <names>', help: 'only these fields, in this order: name,state', read: listed },
  ],
  change: [{ flag: '--dry-run', help: 'print the request, with secrets masked, and send nothing' }],
  wait: [{ flag: '--no-wait', help: 'print the ID and end, while the service still works on it' }, PATIENCE],
  patience: [PATIENCE],
  confirm: [{ flag: '--yes', help: 'do not ask for the name to be typed' }],
};

function optionOf(row: FlagRow): Option {
  const option = new Option(row.flag, row.help);
  const { read, choices } = row;
  if (choices !== undefined) option.choices(choices);
  const readOne = read ?? ((text: string): unknown => text);
  if (row.isList === true)
    option.argParser((text: string, previous: readonly unknown[] | undefined) => [
      ...(previous ?? []),
      readOne(text),
    ]);
  else if (read !== undefined) option.argParser(readOne);
  if (row.isRequired === true) option.makeOptionMandatory();
  return row.default === undefined ? option : option.default(row.default);
}

function listed(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Give names with commas between them: name,state.');
  return names;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
