import { expect, test } from 'vitest';
import { wordOnFlag } from '../../../src/cli/help/other-flags.ts';
import { wholeProgram } from '../../support/cli/nouns.ts';

test.each([
  ['sync', '--checksum', 'here it is --compare content'],
  ['watch', '--delete-after', 'here it is --delete'],
  ['pull', '--max-size', 'here it is --max-file-size'],
  ['sync', '--recursive', 'leave it out: folders go with all that is in them'],
  ['ls', '--checksum', undefined],
  // it has no such flag
  ['pull', '--copy-links', undefined],
  ['sync', '--frobnicate', undefined],
])('%s %s: %s', async (name, flag, word) => {
  const program = await wholeProgram();
  const command = program.commands.find((each) => each.name() === name)!;
  expect(wordOnFlag(flag, command)).toBe(word);
});
