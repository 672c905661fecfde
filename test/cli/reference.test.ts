import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandsOf, pathOfCommand } from '../../src/cli/flags/command-tree.ts';
import { wholeProgram } from '../support/cli/nouns.ts';

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

const program = await wholeProgram();

/** The two pages of the command reference. */
const pages = (): string => page('commands.md') + page('management/commands.md');

test.each(commandsOf(program).map((command) => [pathOfCommand(command), command] as const))(
  'the command reference has every flag of %s, in long and short form',
  (name, command) => {
    const reference = pages();
    expect(reference).toContain(`## stagesync ${name}`);
    for (const { long, short } of command.options) {
      expect(reference).toContain(`\`${long}`);
      if (short !== undefined) expect(reference).toContain(`\`${short}\``);
    }
  },
);

test('the command reference has no flag that does not exist', () => {
  const known = new Set(commandsOf(program).flatMap(({ options }) => options.map(({ long }) => long)));
  const named = [...pages().matchAll(/`(--[a-z-]+)/g)].map(([, flag]) => flag);
  expect(named.filter((flag) => !known.has(flag) && flag !== '--help' && flag !== '--version')).toEqual([]);
});

test('the event reference has every type of event, reason and count', () => {
  const source = readFileSync(new URL('../../src/model/events.ts', import.meta.url), 'utf8');
  const types = [...source.matchAll(/readonly type: '([^']+)'/g)].map(([, type]) => type!);
  expect(types.length).toBeGreaterThan(8);
  const plan = readFileSync(new URL('../../src/model/plan.ts', import.meta.url), 'utf8');
  const reasons = [...plan.matchAll(/type \w+Reason =[^;]+/g)].flatMap(([text]) =>
    [...text.matchAll(/'(\w+)'/g)].map(([, reason]) => reason!),
  );
  expect(reasons.length).toBeGreaterThan(10);
  const report = /interface Report \{(.*?)\n\}/s.exec(source)![1]!;
  const counts = [...report.matchAll(/readonly (\w+):/g)].map(([, name]) => name!);
  const reference = page('events.md');
  for (const word of [...types, ...reasons, ...counts.filter((name) => name !== 'type')])
    expect(reference, word).toContain(`\`${word}\``);
});

test('the event reference has every code of a problem, and each fact of an error', () => {
  const entry = readFileSync(new URL('../../src/model/entry.ts', import.meta.url), 'utf8');
  const codes = /type ProblemCode =(.*?);/s.exec(entry)![1]!;
  const errors = readFileSync(new URL('../../src/model/errors.ts', import.meta.url), 'utf8');
  const facts = /type Fact =(.*?);/s.exec(errors)![1]!;
  const words = [codes, facts].map((text) => [...text.matchAll(/'(\w+)'/g)].map(([, word]) => word!));
  expect(words.map((each) => each.length > 7)).toEqual([true, true]);
  const reference = page('events.md');
  for (const word of words.flat()) expect(reference, word).toContain(`\`${word}\``);
});
