import type { Command, Option } from 'commander';
import { NOUNS } from '../../../src/cli/nouns.ts';
import { wholeProgram } from './nouns.ts';

/** Flags that all verbs have. They stand once, at the beginning. */
const EVERYWHERE = [
  '--local',
  '--token-file',
  '--base-url',
  '--api-version',
  '--organization',
  '--allow-insecure',
  '--budget',
];

const HEAD = `# The commands of the Management API

Made from the command line itself (\`npx vitest run test/cli/management --update\`). What they are for, with examples:
[management.md](../management.md). A name is a name or an ID everywhere; a workspace's may also be \`GROUP/NAME\`.
`;

/** docs/management/commands.md, as the declarations of the commands make it. */
export async function managementReference(): Promise<string> {
  const program = await wholeProgram();
  const nouns = NOUNS.map(({ name }) => program.commands.find((command) => command.name() === name)!);
  const everywhere = (nouns[0]?.commands[0]?.options ?? []).filter(({ long }) =>
    EVERYWHERE.includes(long ?? ''),
  );
  return [
    HEAD,
    'Every command has these flags:',
    '',
    ...flagTable(everywhere),
    '',
    ...nouns.flatMap(ofNoun),
  ].join('\n');
}

function ofNoun(noun: Command): string[] {
  const summary = noun.summary();
  return [
    `## stagesync ${noun.name()}`,
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}. Also \`stagesync ${noun.alias()}\`.`,
    '',
    ...noun.commands.flatMap((verb) => ofVerb(noun, verb)),
  ];
}

function ofVerb(noun: Command, verb: Command): string[] {
  const words = verb.registeredArguments.map((argument) =>
    argument.required ? argument.name().toUpperCase() : `[${argument.name().toUpperCase()}]`,
  );
  const own = verb.options.filter(({ long }) => !EVERYWHERE.includes(long ?? ''));
  return [
    `### stagesync ${noun.name()} ${verb.name()}${words.map((word) => ` ${word}`).join('')}`,
    '',
    verb.description(),
    '',
    ...verb.registeredArguments.map(
      (argument) => `- ${argument.name().toUpperCase()}: ${argument.description}.`,
    ),
    '',
    ...(own.length === 0 ? [] : flagTable(own)),
    '',
  ];
}

const flagTable = (options: readonly Option[]): string[] => [
  '| flag | meaning |',
  '| --- | --- |',
  ...options.map(
    (option) => `| \`${flagText(option)}\` | ${meaning(option).replaceAll('|', String.raw`\|`)} |`,
  ),
];

const flagText = ({ flags }: Option): string =>
  flags.replaceAll(/<([^>]+)>/g, (_, name: string) => name.toUpperCase());

function meaning({ description, argChoices, defaultValue, mandatory }: Option): string {
  const choices =
    argChoices === undefined ? '' : `: ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`;
  const isValue = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  const more = [isValue ? `default \`${defaultValue}\`` : '', mandatory ? 'required' : ''].filter(
    (each) => each !== '',
  );
  const text = `${description}${choices}${more.length === 0 ? '' : `; ${more.join(', ')}`}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
