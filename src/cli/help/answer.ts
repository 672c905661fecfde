import { nearestWord } from '../../model/names/nearest-word.ts';
import { usageError } from '../../jobs/usage-errors.ts';
import { printable } from '../../model/printable.ts';
import type { SyncError } from '../../model/errors.ts';
import type { CommandRow, Context } from '../context.ts';
import { EXIT_MEANINGS } from '../exit-status.ts';
import { terminalOf, type Terminal } from '../process/terminal.ts';
import { docsText } from './docs-page.ts';
import { renderMarkdown } from './render-markdown.ts';
import { OF_HELP, topHelp } from './top-help.ts';
import { TOPICS } from './topics.ts';
import { packageVersion } from '../../program/program-files.ts';

/** What answers without any command: the help text, a topic, the version. */
export type HelpAnswer = 'help' | 'version' | { readonly topic: string };

/** Prints an answer. An absent command gets the help text on stderr. */
export function printAnswer(
  { host, out, err }: Context,
  answer: HelpAnswer | 'nothing',
  rows: readonly CommandRow[],
): void {
  if (answer === 'nothing') return err.line(topHelp(rows, terminalOf(host.env, host.stderr)));
  const terminal = terminalOf(host.env, host.stdout);
  if (answer === 'version') return out.line(packageVersion());
  out.line(answer === 'help' ? topHelp(rows, terminal) : topicText(answer.topic, rows, terminal));
}

/** Throws `usage` where there is no such topic. */
function topicText(name: string, rows: readonly CommandRow[], terminal: Terminal): string {
  const topic = TOPICS.find((each) => each.name === name);
  if (topic === undefined) throw unknownHelp(name, rows);
  const page = renderMarkdown(docsText(topic), terminal);
  return topic.name === 'exit-status' ? `${inShort()}\n\n${page}` : page;
}

const inShort = (): string =>
  EXIT_MEANINGS.map(([status, meaning]) => `  ${String(status).padEnd(4)} ${meaning}`).join('\n');

/** What other tools call it, where no command is spelled alike. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['push', 'sync'],
  ['upload', 'put'],
  ['download', 'get'],
  ['copy', 'cp'],
  ['move', 'mv'],
  ['delete', 'rm'],
  ['remove', 'rm'],
  ['list', 'ls'],
  ['diff', 'check'],
  ['validate', 'jobs validate'],
  ['restore', 'trash restore'],
]);

/** The first word of a command line names no command. */
export function unknownCommand(word: string, rows: readonly CommandRow[]): SyncError {
  const shown = `'${printable(word)}'`;
  if (word.startsWith('-'))
    return usageError(
      `unknown option ${shown} before a command; flags come after it. See "stagesync --help"`,
    );
  const other = OTHER_WORDS.get(word);
  if (other !== undefined)
    return usageError(`unknown command ${shown}: "stagesync ${other}" does that. See "stagesync --help"`);
  const near = nearestWord(word, namesOf(rows));
  return usageError(
    `unknown command ${shown}${near === undefined ? '.' : ` (Did you mean ${near}?)`} See "stagesync --help"`,
  );
}

function unknownHelp(word: string, rows: readonly CommandRow[]): SyncError {
  const near = nearestWord(word, [...namesOf(rows), ...TOPICS.map(({ name }) => name)]);
  const meant = near === undefined ? '.' : ` (Did you mean ${near}?)`;
  return usageError(
    `no help for '${printable(word)}': it is no command and no topic${meant} See "stagesync --help"`,
  );
}

const namesOf = (rows: readonly CommandRow[]): string[] => [
  ...rows.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias])),
  ...OF_HELP.map(({ name }) => name),
];
