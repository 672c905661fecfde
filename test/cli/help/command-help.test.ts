import type { Command, Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { commandsOf, pathOfCommand } from '../../../src/cli/flags/command-tree.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { fakeHost } from '../../support/cli/fake-host.ts';
import { ALL_ROWS, wholeProgram } from '../../support/cli/nouns.ts';

/** The commands, each with its help text. */
async function helpTexts(): Promise<(readonly [string, Command, string])[]> {
  const fake = fakeHost();
  const program = await wholeProgram(fake.host);
  return commandsOf(program).map((command) => {
    const before = fake.stdout().length;
    command.outputHelp();
    return [pathOfCommand(command), command, fake.stdout().slice(before)] as const;
  });
}

const ALL = await helpTexts();

/** The lines below "Examples:", without what stands beside them. */
const examplesIn = (text: string): string[] =>
  (text.split('\nExamples:\n')[1] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim().replace(/ {2,}.*$/, ''));

test.each(ALL)('the help of %s has three examples', (_name, _command, text) => {
  expect(examplesIn(text).length).toBeGreaterThanOrEqual(3);
});

/** The words of the stagesync commands in a line of a shell. */
function linesOf(example: string): string[][] {
  const commands = example.matchAll(/\bstagesync((?: (?!\d?>)(?:"[^"]*"|'[^']*'|[^\s|&>"')]+))+)/g);
  return Array.from(commands, ([, words = '']) =>
    Array.from(words.trim().matchAll(/"[^"]*"|'[^']*'|\S+/g), ([word]) =>
      word.replaceAll(/^["']|["']$/g, ''),
    ),
  );
}

const EXAMPLES = [...new Set(ALL.flatMap(([, , text]) => examplesIn(text)))];

test.each(EXAMPLES)('the example "%s" is a line that the command line takes', async (example) => {
  for (const words of linesOf(example)) {
    const row = ALL_ROWS.find(({ name }) => name === words[0])!;
    const loaded = { row, module: await row.load() };
    await expect(runProgram(fakeHost().host, () => async () => undefined, loaded, words)).resolves.toBe(
      'done',
    );
  }
});

test('examples are found', () => {
  expect(EXAMPLES.length).toBeGreaterThan(100);
  expect(linesOf('a | stagesync put - "x y" > b && stagesync ls c')).toEqual([
    ['put', '-', 'x y'],
    ['ls', 'c'],
  ]);
});

describe('each flag', () => {
  const options = new Map<string, Option>();
  for (const [name, command] of ALL)
    for (const option of command.options)
      options.set(`${option.flags} of ${name}: ${option.description}`, option);

  /** How a value of this kind is written; bare numbers are counts, and need none. */
  const FORMS: readonly (readonly [RegExp, RegExp])[] = [
    [/^(duration)$/, /\d+(ms|s|m|h|d)\b/],
    [/^(size|rate|bytes)$/, /\b\d+[KMG]\b|\bS-\d|a workspace of this size/],
    [/^(percent)$/, /\d%/],
    [/^(limit)$/, /a count or a percentage/],
    [/^(time|when)$/, /date|\d+m/],
  ];

  test.each([...options])('%s says its unit by an example', (_name, option) => {
    const value = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? '';
    const form = FORMS.find(([kind]) => kind.test(value))?.[1];
    const shown = `${option.description} ${option.defaultValueDescription ?? String(option.defaultValue ?? '')}`;
    if (form !== undefined) expect(shown).toMatch(form);
    expect(option.description.length).toBeGreaterThan(3);
  });

  test('all that a job has by default is shown', () => {
    const shown = [...options].filter(([, { defaultValue }]) => defaultValue !== undefined);
    expect(shown.length).toBeGreaterThan(20);
    for (const [name, { defaultValue, defaultValueDescription }] of shown)
      if (typeof defaultValue === 'object') expect(defaultValueDescription, name).toBeDefined();
  });
});
