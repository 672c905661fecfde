import type { Command } from 'commander';

/** All commands of a program, those of a command too. */
export const commandsOf = (program: Command): readonly Command[] =>
  program.commands.flatMap((command) => [command, ...commandsOf(command)]);

/** 'ls'; 'billing usage' for a command of a command. */
export function pathOfCommand(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}
