import { Command } from 'commander';
import { expect, test } from 'vitest';
import { refuseExcessArguments } from '../../../src/cli/flags/excess-arguments.ts';

/** What the words of a command line are refused with, if they are. */
function refusal(...words: string[]): string | undefined {
  const program = new Command('stagesync').exitOverride().configureOutput({ writeErr: () => undefined });
  const rooms = program.command('rooms');
  rooms
    .command('list')
    .argument('<floor>')
    .action(() => undefined);
  refuseExcessArguments(program);
  try {
    program.parse(words, { from: 'user' });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test('a command of a command refuses what is too much, by its whole name', () => {
  expect(refusal('rooms', 'list', '1')).toBeUndefined();
  expect(refusal('rooms', 'list', '1', '2')).toMatch(
    /^rooms list takes FLOOR; "2" is one too many: leave out/,
  );
});
