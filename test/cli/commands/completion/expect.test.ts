import { expect, test } from 'vitest';
import { expectedOn } from '../../../../src/cli/commands/completion/expect.ts';
import { wholeProgram } from '../../../support/cli/nouns.ts';

const program = await wholeProgram();

function at(line: string, current = '') {
  const [name, ...words] = line.split(' ');
  const command = program.commands.find((each) => each.name() === name)!;
  return expectedOn(command, words, current);
}

test.each([
  ['sync', '', { kind: 'address', jobs: false }],
  ['sync data', '', { kind: 'address', jobs: false }],
  ['sync data stage://local/a', '', { kind: 'nothing' }],
  ['plan', '', { kind: 'address', jobs: true }],
  ['plan -o', '', { kind: 'files' }],
  ['plan -o plan.json', '', { kind: 'address', jobs: true }],
  ['sync --dry-run', '', { kind: 'address', jobs: false }],
  ['sync --token-file', '', { kind: 'files' }],
  ['cat stage://a/b stage://a/c', '', { kind: 'address', jobs: false }],
  ['run', '', { kind: 'jobs' }],
  ['run a', '', { kind: 'jobs' }],
  ['jobs show', '', { kind: 'jobs' }],
  ['workspaces get', '', { kind: 'nothing' }],
  ['apply', '', { kind: 'files' }],
  ['emulator --data', '', { kind: 'folders' }],
  ['sync --', '-x', { kind: 'address', jobs: false }],
])('after "%s" comes %s', (line, current, expected) => {
  expect(at(line, current).expected).toEqual(expected);
});

const valuesAt = (line: string, current = ''): string[] => {
  const { expected } = at(line, current);
  return expected.kind === 'words' ? expected.candidates.map(({ value }) => value) : [];
};

test('verbs, flags and the values of flags', () => {
  expect(valuesAt('trash')).toEqual(['list', 'restore', 'empty']);
  expect(valuesAt('completion')).toEqual(['install', 'uninstall', 'status']);
  expect(valuesAt('sync', '--')).toContain('--dry-run');
  expect(valuesAt('sync --compare')).toEqual(['size', 'content', 'size-only']);
  expect(valuesAt('billing usage --by')).toEqual(['hour', 'day', 'month']);
  expect(at('sync', '--compare=si')).toMatchObject({ before: '--compare=', prefix: 'si' });
});

test('each flag that takes a value has an expectation', () => {
  for (const { name, options } of program.commands.map((each) => ({
    name: each.name(),
    options: each.options,
  })))
    for (const { long, required } of options)
      if (required && typeof long === 'string') expect(at(`${name} ${long}`).expected.kind).toBeDefined();
});
