import type { Command } from 'commander';
import { bareFlag } from './bare-flags.ts';
import { commandsOf, pathOfCommand } from './command-tree.ts';
import { printable } from '../../model/printable.ts';

/** Refuses more arguments than a command takes, naming those that are too many. */
export function refuseExcessArguments(program: Command): void {
  for (const command of commandsOf(program)) command.allowExcessArguments();
  program.hook('preAction', (_program, command) => {
    const problem = excessProblem(command, program.args);
    if (problem !== undefined) command.error(problem, { code: 'commander.excessArguments' });
  });
}

/** `words` is the command line with the values of bare flags bound to them. */
function excessProblem(command: Command, words: readonly string[]): string | undefined {
  const { args, registeredArguments: expected } = command;
  if (expected.some((argument) => argument.variadic) || args.length <= expected.length) return undefined;
  const names = expected.map((argument) => argument.name().toUpperCase());
  const takes = `${pathOfCommand(command)} takes ${names.length === 0 ? 'no arguments' : names.join(' and ')}`;
  const extra = args.slice(expected.length);
  const meant = wordAfterBareFlag(words, args);
  // a word before the arguments looks like one of them, so that the places do not tell which word is wrong
  const named = meant === undefined || extra.includes(meant.word) ? extra : args;
  const are = named === args ? `are ${args.length}` : extra.length === 1 ? 'is one too many' : 'are too many';
  const way =
    meant === undefined
      ? 'leave out what does not belong there, and quote names with spaces'
      : `${named.length === 1 ? 'it' : quoted(meant.word)} is no value of ${meant.flag}, which takes ${meant.values.join(', ')} or nothing`;
  return `${takes}; ${listed(named)} ${are}: ${way}`;
}

const SHOWN = 5;
const quoted = (word: string): string => `"${printable(word)}"`;
const listed = (words: readonly string[]): string =>
  words.slice(0, SHOWN).map(quoted).join(', ') + (words.length > SHOWN ? ', …' : '');

/** The argument after a flag that stands alone but can have a value: the word was probably meant as the value. */
function wordAfterBareFlag(
  words: readonly string[],
  args: readonly string[],
): { readonly flag: string; readonly word: string; readonly values: readonly string[] } | undefined {
  for (const [index, bound] of words.entries()) {
    const bare = bareFlag(bound);
    const word = words[index + 1];
    if (bare !== undefined && word !== undefined && args.includes(word)) return { ...bare, word };
  }
  return undefined;
}
