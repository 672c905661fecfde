import type { Command } from 'commander';

/** A line of a document that calls the command line. */
export interface DocumentedLine {
  readonly text: string;
  readonly words: readonly string[];
  /** In a code block: a whole line, that somebody copies. In a sentence it may leave out what it is about. */
  readonly isWhole: boolean;
}

const BLOCK = /^```(\w*)\n(.*?)^```$/gms;
const INLINE = /`(stagesync [a-z][^`\n]*)`/g;

/** The last `stagesync` before a word that may be a command: not a folder's, a user's or an image's name. */
const CALL = /^(?:.*(?<![\w./:@=-]))?stagesync (?=[a-z]+(?:\s|$|['"]))(.*)$/;

/** Every call of the command line in a page: in code blocks, and in code within sentences. */
export function documentedLines(markdown: string): DocumentedLine[] {
  const lines: DocumentedLine[] = [];
  for (const [, language, block = ''] of markdown.matchAll(BLOCK)) {
    if (language === 'text') continue;
    for (const line of block.replaceAll(/\\\n\s*/g, ' ').split('\n')) {
      const [, call] = CALL.exec(line) ?? [];
      if (call !== undefined) lines.push(lineOf(call, true));
    }
  }
  for (const [, call = ''] of markdown.replaceAll(BLOCK, '').matchAll(INLINE))
    lines.push(lineOf(call.replace(/^stagesync /, ''), false));
  return lines;
}

/** What is answered before a command is looked for. */
const ANSWERED_WITHOUT = new Set(['help', 'version']);

const lineOf = (call: string, isWhole: boolean): DocumentedLine => ({
  text: `stagesync ${call}`,
  words: shellWords(call),
  isWhole,
});

/** The words of a command as a shell reads them, up to what ends it: a comment, a pipe, a redirection, an outer quote. */
export function shellWords(call: string): string[] {
  const words: string[] = [];
  const parts = call.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"|&;<>)]+)|(\s+)|(.)/g);
  let word: string | undefined;
  for (const [, single, double, bare, space] of parts) {
    const piece = single ?? double ?? bare;
    if (piece !== undefined) {
      if (word === undefined && bare?.startsWith('#') === true) break;
      word = (word ?? '') + piece;
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
      if (space === undefined) return words;
    } else if (space === undefined) return words;
  }
  return word === undefined ? words : [...words, word];
}

/** What is wrong with a line: an unknown command or flag, a value that its flag does not take, a missing argument. */
export function problemOfLine(program: Command, { words, isWhole }: DocumentedLine): string | undefined {
  let command = program;
  let rest = [...words];
  for (;;) {
    const [name = ''] = rest;
    const next = command.commands.find((each) => each.name() === name || each.aliases().includes(name));
    if (next === undefined) break;
    command = next;
    rest = rest.slice(1);
  }
  if (command === program)
    return ANSWERED_WITHOUT.has(words[0] ?? '') ? undefined : `there is no command ${words[0]}`;
  const takesNone = command.registeredArguments.length === 0;
  if (takesNone && command.commands.length > 0 && rest.length > 0 && !rest[0]!.startsWith('-'))
    return `${command.name()} has no command ${rest[0]}`;
  let operands: readonly string[];
  let unknown: readonly string[];
  try {
    ({ operands, unknown } = command.exitOverride().parseOptions(rest));
  } catch (error) {
    const { message } = error as Error;
    // a sentence may speak of a flag without its value
    return !isWhole && message.includes('argument missing') ? undefined : message;
  }
  if (unknown.length > 0) return `unknown: ${unknown.join(' ')}`;
  const { registeredArguments: args } = command;
  if (!args.some(({ variadic }) => variadic) && operands.length > args.length && args.length > 0)
    return `more arguments than ${args.length}`;
  const missing = args.filter(({ required }) => required).length > operands.length;
  return isWhole && missing ? 'an argument is missing' : undefined;
}
