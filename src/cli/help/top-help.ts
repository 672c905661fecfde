import type { CommandGroup, CommandRow } from '../context.ts';
import { linked, styled, type Terminal } from '../process/terminal.ts';
import { packagedUrl } from '../../program/program-files.ts';
import { TOPICS } from './topics.ts';
import { wrapped } from './wrap.ts';

/** The groups in the order of the help text. */
const HEADINGS: readonly (readonly [CommandGroup, string])[] = [
  ['files', 'Files'],
  ['sync', 'Sync'],
  ['jobs', 'Jobs of a file'],
  ['load', 'Load into tables'],
  ['account', 'Account'],
  ['other', 'Other'],
];

/** What belongs to the help itself, and is no command with a module. */
export const OF_HELP: readonly Pick<CommandRow, 'name' | 'group' | 'summary'>[] = [
  { name: 'help', group: 'other', summary: 'how to use a command, or a page on a topic' },
  { name: 'version', group: 'other', summary: 'print the version' },
];

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['stagesync sync data stage://local/data', 'a Stage on this machine'],
  ['stagesync sync data stage:///data --dry-run', 'what would happen, and why'],
  ['stagesync sync data stage:///data --delete', 'also remove what is gone'],
];

/** The answer to `stagesync --help`: names and one line each. */
export function topHelp(rows: readonly CommandRow[], terminal: Terminal): string {
  const title = (text: string): string => styled(terminal, 'bold', text);
  const all = [...rows, ...OF_HELP];
  const named = (name: string): string => styled(terminal, 'cyan', name);
  const lines = [
    `${title('Usage:')} stagesync COMMAND …`,
    '',
    ...wrapped('Keep a SingleStore Stage folder equal to a local directory or an S3 bucket.', terminal.width),
  ];
  const column = Math.max(...all.map(({ name }) => name.length), ...TOPICS.map(({ name }) => name.length));
  const list = (entries: readonly { readonly name: string; readonly summary: string }[]): void => {
    for (const { name, summary } of entries) {
      const [first = '', ...rest] = wrapped(summary, Math.max(10, terminal.width - column - 4));
      lines.push(`  ${named(name.padEnd(column))}  ${first}`);
      for (const line of rest) lines.push(`${' '.repeat(column + 4)}${line}`);
    }
  };
  for (const [group, heading] of HEADINGS) {
    lines.push('', title(`${heading}:`));
    list(all.filter((row) => row.group === group));
  }
  lines.push('', title('Topics, with "stagesync help TOPIC":'));
  list(TOPICS);
  lines.push('', title('Examples:'), ...exampleLines(terminal), '');
  lines.push(
    ...wrapped(
      '"stagesync COMMAND --help" has the flags of a command, and examples. The token of a real Stage comes from SINGLESTOREDB_MANAGEMENT_TOKEN; "stagesync doctor" tells what is missing.',
      terminal.width,
    ),
  );
  if (terminal.hasLinks) lines.push(`Docs: ${linked(terminal, 'README.md', packagedUrl('README.md'))}`);
  return lines.join('\n');
}

/** A command, and what it does: beside it where there is room, else below. */
function exampleLines(terminal: Terminal): string[] {
  const column = Math.max(...EXAMPLES.map(([command]) => command.length));
  return EXAMPLES.flatMap(([command, what]) => {
    const note = styled(terminal, 'dim', what);
    if (column + 4 + what.length <= terminal.width) return [`  ${command.padEnd(column)}  ${note}`];
    return [
      `  ${command}`,
      ...wrapped(what, terminal.width - 6).map((line) => `      ${styled(terminal, 'dim', line)}`),
    ];
  });
}
